/** Where the generated customers live, and which fictional numbers they can have. */
import type { Weighted } from './dice.ts';

export interface Town {
  city: string;
  state: string;
  zips: readonly string[];
}

const town = (city: string, state: string, zips: string): Town => ({ city, state, zips: zips.split(' ') });

/** Springfield and the drive to it; a few percent come from further away. */
export const TOWNS: Weighted<Town> = [
  [town('Springfield', 'IL', '62701 62702 62703 62704 62707 62711 62712'), 560],
  [town('Chatham', 'IL', '62629'), 75],
  [town('Sherman', 'IL', '62684'), 35],
  [town('Rochester', 'IL', '62563'), 35],
  [town('Riverton', 'IL', '62561'), 25],
  [town('Auburn', 'IL', '62615'), 25],
  [town('Decatur', 'IL', '62521 62522 62526'), 30],
  [town('Taylorville', 'IL', '62568'), 25],
  [town('Jacksonville', 'IL', '62650'), 25],
  [town('Lincoln', 'IL', '62656'), 22],
  [town('Petersburg', 'IL', '62675'), 15],
  [town('Athens', 'IL', '62613'), 12],
  [town('Williamsville', 'IL', '62693'), 12],
  [town('Pawnee', 'IL', '62558'), 12],
  [town('Virden', 'IL', '62690'), 10],
  [town('New Berlin', 'IL', '62670'), 10],
  [town('Pleasant Plains', 'IL', '62677'), 10],
  [town('Divernon', 'IL', '62530'), 6],
  [town('Illiopolis', 'IL', '62539'), 5],
  [town('Mechanicsburg', 'IL', '62545'), 5],
  [town('Dawson', 'IL', '62520'), 5],
  [town('Bloomington', 'IL', '61701 61704'), 7],
  [town('Peoria', 'IL', '61604 61614'), 7],
  [town('Champaign', 'IL', '61820 61821'), 6],
  [town('Quincy', 'IL', '62301'), 4],
  [town('Chicago', 'IL', '60614 60618 60657'), 5],
  [town('St. Louis', 'MO', '63109 63116 63139'), 8],
  [town('Hannibal', 'MO', '63401'), 3],
  [town('Davenport', 'IA', '52803 52806'), 3],
  [town('Indianapolis', 'IN', '46220 46227'), 3],
];

/**
 * Area codes of the United States, nearest first. 217, the shop's own, is left to the demonstration customers.
 * In each, 555-0100 to 555-0199 are set aside for fiction and reach nobody.
 */
export const AREA_CODES: readonly string[] = `447 309 618 815 779 708 773 312 872 847 224 630 331 464 730
  314 557 573 235 636 660 816 417 319 563 515 641 712 317 463 219 260 574 765 812 930
  414 608 262 920 274 715 534 502 270 364 606 859 313 734 248 947 586 810 989 517 616 269 231 906
  216 440 330 234 419 567 614 380 740 220 513 283 937 326 615 629 901 731 931 423 865
  612 651 763 952 507 320 218 316 785 913 620 402 531 308 501 479 870 405 572 918 539 580
  214 469 972 817 682 512 737 210 726 713 281 832 346 361 409 432 806 830 903 430 915 936 940 956 979 254 325
  404 470 678 770 706 762 912 229 478 305 786 954 754 561 407 689 321 352 386 727 813 656 850 448 863 904 941 239 772
  303 720 719 970 480 602 623 520 928 704 980 919 984 336 743 252 828 910 703 571 757 948 804 540 826 276 434
  212 646 332 917 718 347 929 516 631 934 914 845 518 838 315 680 585 607 716
  213 323 310 424 818 747 626 661 562 714 657 949 619 858 760 442 909 840 951 805 820 559 209 916 279 530 707
  415 628 510 341 925 408 669 650 831 206 253 360 564 425 509 503 971 541 458
  215 267 445 610 484 717 223 814 582 412 724 878 570 272 617 857 508 774 781 339 978 351 413
  201 551 609 640 732 848 856 862 973 908 301 240 410 443 667`.split(/\s+/);

export const NUMBERS_PER_AREA_CODE = 100;

/** More customers than this would need numbers that somebody may own. */
export const MOST_CUSTOMERS = AREA_CODES.length * NUMBERS_PER_AREA_CODE;

export const STREETS =
  `Maple Oak Cedar Elm Walnut Chestnut Locust Sycamore Birch Willow Pine Spruce Hickory Magnolia Dogwood
  Washington Jefferson Adams Monroe Madison Jackson Lincoln Grant Douglas Lawrence Cook Carpenter Reynolds Mason
  Prairie Meadow Lakeview Ridge Valley Orchard Park Spring College Church Mill Bridge Station Sangamon Koke
  Bradfordton Iles Wabash Chatham Archer Glenwood Whittier Holmes Lowell Noble Governor Pasfield Glenn Illini`.split(
    /\s+/,
  );

export const STREET_TYPES: Weighted<string> = [
  ['Street', 34],
  ['Avenue', 24],
  ['Drive', 16],
  ['Road', 10],
  ['Lane', 8],
  ['Court', 5],
  ['Boulevard', 3],
];

/** Common in the United States, so that some customers share a name, as they do. */
export const SURNAMES =
  `Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez
  Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis
  Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera
  Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart
  Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim
  Cox Ward Richardson Watson Brooks Chavez Wood Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders
  Patel Myers Long Ross Foster Jimenez`.split(/\s+/);

export const FIRST_NAMES =
  `James Mary Michael Patricia Robert Jennifer John Linda David Elizabeth William Barbara Richard
  Susan Joseph Jessica Thomas Karen Christopher Sarah Charles Lisa Daniel Nancy Matthew Sandra Anthony Ashley Mark
  Emily Steven Kimberly Donald Betty Andrew Margaret Joshua Donna Paul Michelle Kenneth Carol Kevin Amanda Brian
  Melissa Timothy Deborah Ronald Stephanie Jason Rebecca George Sharon Edward Laura Jeffrey Cynthia Ryan Amy Jacob
  Kathleen Nicholas Angela Gary Shirley Eric Brenda Jonathan Emma Stephen Anna Larry Pamela Justin Nicole Scott
  Samantha Brandon Katherine Benjamin Christine Samuel Helen Gregory Debra Alexander Rachel Patrick Carolyn Frank
  Janet Raymond Maria Jack Catherine Dennis Heather Jerry Diane Tyler Olivia Aaron Julie Jose Joyce Adam Victoria
  Nathan Ruth Henry Virginia Zachary Lauren Douglas Kelly Peter Christina Kyle Joan Noah Evelyn Ethan Judith`.split(
    /\s+/,
  );
