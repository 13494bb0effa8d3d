/**
 * The 124 postcode areas that addresses are delivered in, with GY, JE and IM. The services know
 * the postcodes; this list exists so that a typing error in the first letters costs no web call,
 * and so that a look-alike correction (see postcode.ts) can be unique.
 */
export const areas: ReadonlySet<string> = new Set(
  (
    'AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT ' +
    'DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA ' +
    'LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE ' +
    'SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV ' +
    'YO ZE'
  ).split(' '),
);

/** Areas with a district 0, such as CR0; anywhere else a 0 alone is a mistake. */
export const areasWithDistrictZero: ReadonlySet<string> = new Set(
  'BB BL BS CM CR FY HA PR SL SS'.split(' '),
);

/** Forces (BF) and bank boxes (BX): real postcodes that no courier can reach. */
export const areasWithoutDelivery: ReadonlySet<string> = new Set(['BF', 'BX']);
