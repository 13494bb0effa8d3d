/** Where the two web services are. By themselves, so that help loads no client of them. */
export const LIVE_PRIMARY_URL = 'https://api.postcodes.io';
export const LIVE_SECONDARY_URL = 'https://findthatpostcode.uk';
