/** Cars as they are on American roads: makes, models, the years they were sold, and how their VINs begin. */

export interface Model {
  make: string;
  model: string;
  /** Model years, both included. */
  from: number;
  to: number;
  wmi: string;
  /** VIN positions 4 to 8 for 2010 and later; one per model, so that a VIN leads back to its model. */
  descriptor: string;
  plant: string;
  trims: readonly string[];
  /** How common it is beside the others. */
  weight: number;
}

/** Still sold. */
const NOW = 9999;

/** A line: model | first year - last year or nothing | VIN positions 1 to 3, 4 to 8, 11 | trims | weight. */
const LINES: Record<string, string> = {
  Toyota: `Camry | 1983- | 4T1 B11HK U | LE SE XLE XSE | 30
    Corolla | 1980- | 2T1 BURHE C | L LE SE XLE | 26
    RAV4 | 1996- | 2T3 P1RFV W | LE XLE Adventure Limited | 28
    Highlander | 2001- | 5TD BZRFH S | LE XLE Limited | 16
    Tacoma | 1995- | 3TM CZ5AN M | SR SR5 TRD | 15
    Tundra | 2000- | 5TF DY5F1 X | SR SR5 Limited | 7
    Sienna | 1998- | 5TD YZ3DC S | L LE XLE | 9
    Prius | 2001- | JTD KN3DU 3 | Two Three Touring | 8
    4Runner | 1984- | JTE BU5JR 5 | SR5 TRD Limited | 8
    Corolla Cross | 2022- | 7MU CAAAG V | L LE XLE | 6`,
  Honda: `Accord | 1976- | 1HG CV1F3 A | LX Sport EX EX-L Touring | 26
    Civic | 1973- | 2HG FC2F5 H | LX Sport EX Touring | 26
    CR-V | 1997- | 2HK RW2H8 H | LX EX EX-L Touring | 28
    Pilot | 2003- | 5FN YF6H5 B | LX EX EX-L Elite | 12
    Odyssey | 1995- | 5FN RL6H7 B | LX EX EX-L Touring | 10
    HR-V | 2016- | 3CZ RU6H5 M | LX Sport EX | 7
    Fit | 2007-2020 | JHM GK5H5 X | LX Sport EX | 4`,
  Ford: `F-150 | 1975- | 1FT FW1E4 K | XL XLT Lariat Platinum | 42
    Escape | 2001- | 1FM CU9G6 U | S SE SEL Titanium | 20
    Explorer | 1991- | 1FM SK8D8 G | Base XLT Limited | 18
    Fusion | 2006-2020 | 3FA 6P0H7 R | S SE Titanium | 14
    Edge | 2007-2024 | 2FM PK4J9 B | SE SEL Titanium | 10
    Focus | 2000-2018 | 1FA DP3K2 L | S SE Titanium | 9
    Expedition | 1997- | 1FM JU1JT E | XLT Limited | 6
    Mustang | 1965- | 1FA 6P8CF 5 | EcoBoost GT | 6
    Maverick | 2022- | 3FT TW8E3 R | XL XLT Lariat | 6
    Bronco Sport | 2021- | 3FM CR9B6 R | Base Heritage Badlands | 6`,
  Chevrolet: `Silverado 1500 | 1999- | 3GC UKREC G | WT LT LTZ RST | 36
    Equinox | 2005- | 2GN AXKEV 6 | LS LT Premier | 22
    Malibu | 1997-2025 | 1G1 ZD5ST F | LS LT Premier | 15
    Tahoe | 1995- | 1GN SKBKC R | LS LT Premier | 9
    Suburban | 1992- | 1GN SKCKD R | LS LT Premier | 5
    Impala | 2000-2020 | 2G1 105S3 9 | LS LT LTZ | 11
    Cruze | 2011-2019 | 1G1 BE5SM 7 | L LS LT Premier | 9
    Traverse | 2009- | 1GN EVGKW J | LS LT Premier | 10
    Trax | 2015-2022 | KL7 CJLSB B | LS LT | 6
    Trailblazer | 2021- | KL7 9MRSL B | LS LT RS Activ | 6`,
  GMC: `Sierra 1500 | 1999- | 3GT U2NEC G | Base SLE SLT Denali | 20
    Terrain | 2010- | 3GK ALVEX L | SLE SLT Denali | 12
    Acadia | 2007- | 1GK KNMLS Z | SLE SLT Denali | 10
    Yukon | 1992- | 1GK S2BKC R | SLE SLT Denali | 6`,
  Nissan: `Altima | 1993- | 1N4 BL4BV C | S SV SR SL | 22
    Sentra | 1982- | 3N1 AB7AP Y | S SV SR | 14
    Rogue | 2008- | 5N1 AT2MV C | S SV SL | 24
    Versa | 2007- | 3N1 CN7AP L | S SV SR | 8
    Frontier | 1998- | 1N6 AD0EV N | S SV Pro-4X | 7
    Kicks | 2018- | 3N1 CP5CU L | S SV SR | 6`,
  Jeep: `Grand Cherokee | 1993-2011 | 1J4 RR4GG C | Laredo Limited Overland | 16
    Grand Cherokee | 2012- | 1C4 RJFAG C | Laredo Limited Overland | 24
    Wrangler | 1997-2011 | 1J4 AA2D1 L | X Sport Sahara | 10
    Wrangler | 2012- | 1C4 HJXDG W | Sport Sahara Rubicon | 18
    Cherokee | 2014-2023 | 1C4 PJMDX D | Latitude Limited Trailhawk | 12
    Compass | 2017- | 3C4 NJDBB T | Sport Latitude Limited | 9
    Renegade | 2015-2023 | ZAC CJBBB P | Sport Latitude Limited | 6
    Gladiator | 2020- | 1C6 JJTBG L | Sport Overland Rubicon | 5`,
  Ram: `1500 | 2012- | 1C6 RR7LT S | Tradesman Express Big\u00a0Horn Laramie | 28
    2500 | 2012- | 3C6 UR5DL G | Tradesman Big\u00a0Horn Laramie | 8`,
  Hyundai: `Elantra | 1992- | KMH D84LF U | SE SEL Limited | 18
    Sonata | 1989- | 5NP E34AF H | SE SEL Limited | 14
    Tucson | 2005- | KM8 J3CA4 U | SE SEL Limited | 14
    Santa Fe | 2001- | 5NM S3CAD H | SE SEL Limited | 12
    Palisade | 2020- | KM8 R4DHE U | SE SEL Limited | 7
    Kona | 2018- | KM8 K2CAA U | SE SEL N\u00a0Line | 7`,
  Kia: `Sorento | 2011- | 5XY PG4A3 G | L LX EX SX | 14
    Optima | 2001-2020 | 5XX GT4L3 G | LX S EX SX | 12
    Forte | 2010-2024 | 3KP F24AD E | LX S EX | 11
    Soul | 2010-2025 | KND JN2A2 7 | LX S EX | 10
    Sportage | 2005- | KND PM3AC 7 | LX EX SX | 13
    Telluride | 2020- | 5XY P34HC G | LX EX SX | 8
    K5 | 2021- | 5XX G34J2 G | LXS GT-Line EX | 6`,
  Dodge: `Durango | 2012- | 1C4 RDJAG C | SXT GT R/T | 8
    Grand Caravan | 2012-2020 | 2C4 RDGBG R | SE SXT GT | 10
    Charger | 2012-2023 | 2C3 CDXHG H | SXT GT R/T | 9
    Challenger | 2012-2023 | 2C3 CDZAG H | SXT GT R/T | 5
    Journey | 2012-2020 | 3C4 PDCAB T | SE SXT Crossroad | 7`,
  Chrysler: `Pacifica | 2017- | 2C4 RC1BG R | Touring Limited | 9
    Town & Country | 2012-2016 | 2C4 RC1CG R | Touring Limited | 7
    300 | 2012-2023 | 2C3 CCAAG H | Touring Limited S | 6`,
  Subaru: `Outback | 1995- | 4S4 BSANC 3 | Base Premium Limited | 14
    Forester | 1998- | JF2 SKAEC H | Base Premium Sport Limited | 14
    Crosstrek | 2016- | JF2 GTABC H | Base Premium Limited | 10
    Legacy | 1990-2025 | 4S3 BWAC6 3 | Base Premium Limited | 5
    Impreza | 1993- | 4S3 GKAB6 3 | Base Premium Sport | 6
    Ascent | 2019- | 4S4 WMAFD 3 | Base Premium Limited | 5`,
  Volkswagen: `Jetta | 1980- | 3VW C57BU M | S SE SEL | 13
    Tiguan | 2018- | 3VV 3B7AX M | S SE SEL | 11
    Passat | 2012-2022 | 1VW AS7A3 C | S SE R-Line | 8
    Atlas | 2018- | 1V2 ER2CA C | S SE SEL | 8
    Golf | 2015-2021 | 3VW 217AU M | S SE | 5`,
  Mazda: `CX-5 | 2013- | JM3 KFBCM 0 | Sport Touring Signature | 14
    Mazda3 | 2004- | JM1 BM1U7 1 | i s Touring | 11
    CX-9 | 2007-2023 | JM3 TCBCY 0 | Sport Touring Signature | 6`,
  Buick: `Enclave | 2008- | 5GA KVBKD J | Essence Premium Avenir | 10
    Encore | 2013-2022 | KL4 CJASB B | Preferred Essence | 8
    LaCrosse | 2005-2019 | 1G4 GB5G3 F | CX CXL Essence | 7`,
  Lexus: `RX 350 | 2007- | 2T2 BZMCA C | Base F\u00a0Sport | 12
    ES 350 | 2007- | JTH BK1GG 2 | Base Luxury | 8`,
  BMW: `3 Series | 1977- | WBA 8E9G5 N | 328i 330i | 9
    X3 | 2011- | 5UX WX9C5 0 | xDrive28i xDrive30i | 8
    X5 | 2000- | 5UX KR0C5 0 | xDrive35i xDrive40i | 7`,
  'Mercedes-Benz': `C-Class | 2015-2021 | 55S WF4JB U | C300 | 7
    E-Class | 2010-2019 | WDD ZF4JB A | E350 E300 | 6
    GLC | 2020- | W1N 0G8EB F | GLC300 | 7`,
  Cadillac: `Escalade | 2002- | 1GY S4HKJ R | Luxury Premium | 5
    SRX | 2004-2016 | 3GY FNBE3 S | Luxury Performance Premium | 6
    XT5 | 2017- | 1GY KNDRS Z | Luxury Premium | 6`,
  Acura: `RDX | 2007- | 5J8 TC2H5 L | Base A-Spec | 6
    TLX | 2015-2025 | 19U UB1F3 A | Base A-Spec | 5`,
};

export const MODELS: readonly Model[] = Object.entries(LINES).flatMap(([make, lines]) =>
  lines.split('\n').map((line) => readLine(make, line)),
);

function readLine(make: string, line: string): Model {
  const [model = '', years = '', vin = '', trims = '', weight = ''] = line
    .split('|')
    .map((cell) => cell.trim());
  const [from, to] = years.split('-');
  const [wmi = '', descriptor = '', plant = ''] = vin.split(' ');
  return {
    make,
    model,
    from: Number(from),
    to: to ? Number(to) : NOW,
    wmi,
    descriptor,
    plant,
    trims: trims.split(' ').map((trim) => trim.replaceAll('\u00a0', ' ')),
    weight: Number(weight),
  };
}

/**
 * VIN positions 4 to 8 of a model in a model year. Position 7 is a letter from 2010 and a digit before,
 * so the letter of today's descriptor becomes a digit for the older cars.
 */
export function descriptorOf({ descriptor }: Model, year: number): string {
  if (year >= 2010) return descriptor;
  const digit = descriptor.charCodeAt(3) % 10;
  return `${descriptor.slice(0, 3)}${digit}${descriptor.slice(4)}`;
}
