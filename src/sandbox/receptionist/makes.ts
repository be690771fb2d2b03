/** The cars people drive: makes, models, and what else callers call them. */

/**
 * Models by make, separated by "|". `~` marks a name that is also an everyday word ("fit", "escape"): it counts only
 * beside a make or a year, or when the vehicle was asked for.
 */
export const MODELS: Readonly<Record<string, string>> = {
  Acura: 'ILX|Integra|MDX|RDX|RLX|TL|TLX|TSX|ZDX',
  'Alfa Romeo': 'Giulia|Stelvio|Tonale',
  Audi: 'A3|A4|A5|A6|A7|A8|E-Tron|Q3|Q4|Q5|Q7|Q8|S3|S4|S5|~TT',
  BMW: '2 Series|228i|230i|3 Series|320i|328i|330i|335i|340i|4 Series|430i|440i|5 Series|528i|530i|540i|7 Series|M3|M4|M5|X1|X2|X3|X4|X5|X6|X7|~i3|~i4|iX|Z4',
  Buick: 'Enclave|Encore|~Encore GX|Envision|Envista|LaCrosse|LeSabre|Lucerne|Regal|Verano',
  Cadillac: 'ATS|CT4|CT5|CT6|CTS|DTS|Escalade|Lyriq|SRX|XT4|XT5|XT6|XTS',
  Chevrolet:
    'Avalanche|Aveo|Blazer|~Bolt|Camaro|~Cobalt|Colorado|Corvette|Cruze|Equinox|~Express|HHR|Impala|Malibu|Silverado|Silverado 1500|Silverado 2500|Silverado 3500|~Sonic|~Spark|Suburban|Tahoe|TrailBlazer|~Traverse|Trax|~Volt',
  Chrysler: '200|300|~Pacifica|Sebring|~Town and Country|~Voyager',
  Dodge:
    '~Avenger|~Challenger|~Charger|~Dart|Durango|Grand Caravan|~Caravan|~Hornet|~Journey|~Magnum|~Nitro|Ram|Ram 1500|~Viper',
  Fiat: '500|500X',
  Ford: '~Bronco|Bronco Sport|C-Max|~Crown Victoria|EcoSport|~Edge|~Escape|~Expedition|~Explorer|F-150|F-250|F-350|~Fiesta|Five Hundred|~Flex|~Focus|~Fusion|~Maverick|Mustang|Mustang Mach-E|Mach-E|~Ranger|Taurus|~Transit|Transit Connect|Windstar',
  Genesis: 'G70|G80|G90|GV70|GV80',
  GMC: '~Acadia|~Canyon|Denali|Envoy|Hummer|~Savana|Sierra|Sierra 1500|Sierra 2500|~Terrain|Yukon|Yukon XL',
  Honda:
    'Accord|Civic|Clarity|CR-V|CR-Z|Crosstour|~Element|~Fit|HR-V|~Insight|Odyssey|~Passport|~Pilot|~Prelude|Prologue|Ridgeline|S2000',
  Hyundai:
    '~Accent|Azera|Elantra|Ioniq|Ioniq 5|Ioniq 6|Kona|Palisade|Santa Cruz|Santa Fe|Sonata|Tucson|Veloster|~Venue|Veracruz',
  Infiniti: 'EX35|FX35|G35|G37|JX35|M35|Q50|Q60|QX30|QX50|QX55|QX56|QX60|QX70|QX80',
  Jaguar: 'E-Pace|F-Pace|F-Type|I-Pace|XE|XF|XJ',
  Jeep: 'Cherokee|Grand Cherokee|~Commander|~Compass|Gladiator|~Liberty|~Patriot|~Renegade|Wagoneer|Grand Wagoneer|Wrangler',
  Kia: '~Cadenza|Carnival|EV6|EV9|~Forte|K4|K5|~Niro|Optima|~Rio|Sedona|Seltos|Sorento|~Soul|Spectra|Sportage|~Stinger|Telluride',
  'Land Rover': '~Defender|~Discovery|Evoque|Freelander|LR2|LR3|LR4|Range Rover|Range Rover Sport|Velar',
  Lexus:
    'CT 200h|ES 300|ES 330|ES 350|GS 350|GX 460|GX 470|~IS 250|~IS 300|~IS 350|LS 460|LX 570|NX 200t|NX 300|NX 350|RC 350|RX 300|RX 330|RX 350|RX 400h|RX 450h|UX 250h',
  Lincoln: '~Aviator|~Continental|Corsair|MKC|MKS|MKT|MKX|MKZ|Nautilus|~Navigator|Town Car',
  Mazda: 'CX-3|CX-30|CX-5|CX-50|CX-7|CX-9|CX-90|Mazda2|Mazda3|Mazda5|Mazda6|Miata|MX-5|Tribute',
  'Mercedes-Benz':
    'A-Class|C-Class|C300|CLA|CLS|E-Class|E350|EQS|G-Class|GLA|GLB|GLC|GLE|GLK|GLS|~ML|S-Class|SLK|Sprinter',
  Mini: 'Clubman|Cooper|Countryman',
  Mitsubishi: 'Eclipse Cross|~Eclipse|Galant|Lancer|~Mirage|Outlander|Outlander Sport',
  Nissan:
    '350Z|370Z|Altima|Ariya|Armada|~Cube|~Frontier|Juke|~Kicks|~Leaf|Maxima|Murano|Pathfinder|~Quest|Rogue|Rogue Sport|Sentra|~Titan|Versa|Xterra',
  Pontiac: 'G6|G8|Grand Am|Grand Prix|~Vibe',
  Porsche: '911|718|Boxster|Cayenne|Cayman|Macan|Panamera|Taycan',
  Ram: '1500|2500|3500|ProMaster',
  Rivian: 'R1S|R1T',
  Saab: '9-3|9-5',
  Saturn: '~Aura|~Ion|~Outlook|~Sky|~Vue',
  Scion: 'FR-S|tC|xB|xD',
  Subaru: '~Ascent|Baja|BRZ|Crosstrek|Forester|Impreza|~Legacy|Outback|Solterra|Tribeca|WRX',
  Suzuki: 'Grand Vitara|Vitara|SX4',
  Tesla: 'Cybertruck|Model 3|Model S|Model X|Model Y',
  Toyota:
    '4Runner|~86|Avalon|bZ4X|C-HR|Camry|Celica|Corolla|Corolla Cross|~Crown|~Echo|FJ Cruiser|GR86|Grand Highlander|Highlander|Land Cruiser|~Matrix|Prius|Prius Prime|RAV4|RAV4 Prime|Sequoia|Sienna|Solara|Supra|Tacoma|Tundra|Venza|Yaris',
  Volkswagen: '~Arteon|~Atlas|~Beetle|CC|EOS|~Golf|GTI|ID.4|Jetta|Passat|Rabbit|Taos|Tiguan|Touareg',
  Volvo: 'C30|C40|C70|EX30|S40|S60|S80|S90|V60|V70|V90|XC40|XC60|XC70|XC90',
};

/** Other names for a make. */
export const MAKE_ALIASES: Readonly<Record<string, string>> = {
  chevy: 'Chevrolet',
  chev: 'Chevrolet',
  vw: 'Volkswagen',
  'v w': 'Volkswagen',
  volkswagon: 'Volkswagen',
  mercedes: 'Mercedes-Benz',
  benz: 'Mercedes-Benz',
  'mercedes benz': 'Mercedes-Benz',
  caddy: 'Cadillac',
  caddie: 'Cadillac',
  beamer: 'BMW',
  bimmer: 'BMW',
  'b m w': 'BMW',
  'g m c': 'GMC',
  subie: 'Subaru',
  'land rover': 'Land Rover',
  hundai: 'Hyundai',
  infinity: 'Infiniti',
};

/** Other names for a model, each with its make. */
export const MODEL_ALIASES: Readonly<Record<string, readonly [string, string]>> = {
  'f series': ['Ford', 'F-150'],
  vette: ['Chevrolet', 'Corvette'],
  stang: ['Ford', 'Mustang'],
  'rav 4': ['Toyota', 'RAV4'],
  'for runner': ['Toyota', '4Runner'],
  forerunner: ['Toyota', '4Runner'],
  'mazda 3': ['Mazda', 'Mazda3'],
  'mazda 6': ['Mazda', 'Mazda6'],
  'santa fay': ['Hyundai', 'Santa Fe'],
  'cross trek': ['Subaru', 'Crosstrek'],
  'path finder': ['Nissan', 'Pathfinder'],
  'ram 1500': ['Ram', '1500'],
  jeta: ['Volkswagen', 'Jetta'],
  'model three': ['Tesla', 'Model 3'],
};

/** The kinds of vehicle that callers name instead of the model, with the models meant (squashed, see vehicles.ts). */
export const KINDS: readonly [RegExp, RegExp][] = [
  [
    /\b(truck|pickup|pick up)\b/,
    /^(f\d50|silverado|sierra|colorado|canyon|ranger|maverick|tacoma|tundra|frontier|titan|ridgeline|gladiator|1500|2500|3500|avalanche|cybertruck|r1t|santacruz)/,
  ],
  [
    /\b(mini ?van|van)\b/,
    /^(odyssey|sienna|pacifica|townandcountry|voyager|grandcaravan|caravan|carnival|sedona|quest|windstar|transit|express|savana|sprinter|promaster)/,
  ],
  [
    /\b(suv|crossover|jeep)\b/,
    /^(crv|hrv|pilot|passport|rav4|highlander|4runner|sequoia|venza|forester|outback|ascent|crosstrek|escape|explorer|edge|expedition|bronco|equinox|traverse|tahoe|suburban|trax|blazer|trailblazer|terrain|acadia|yukon|rogue|murano|pathfinder|armada|cx\d|tucson|santafe|palisade|kona|venue|sportage|sorento|telluride|seltos|soul|cherokee|grandcherokee|wrangler|compass|renegade|patriot|liberty|tiguan|atlas|taos|x\d|q\d|gl[abces]|rx|nx|gx|mdx|rdx|xc\d|durango|journey|enclave|encore|envision)/,
  ],
];
