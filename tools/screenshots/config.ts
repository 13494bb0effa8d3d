/** Where the browser is that pictures are taken with and the page is tested in. */
export const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Runs in containers too, and asks nobody but the page that is opened. */
export const chromiumArguments = [
  '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking',
];
