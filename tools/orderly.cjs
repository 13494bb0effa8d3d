#!/usr/bin/env node
'use strict';

/**
 * The binary. Help is asked for while one types a command, so it must come at once: its texts were
 * written by the build, for 80 columns (help-texts.ts), and are printed from here, without loading
 * the program. All else is tools/orderly.ts, and so is help on a narrower terminal.
 */
const { readFileSync } = require('node:fs');

const columnsMin = 80;

/** The words of the command whose help is asked for, and nothing else; null otherwise. */
function helpAsked([first, ...rest]) {
  const given = [first, ...rest];
  if (first === 'help') return rest;
  return ['--help', '-h'].includes(given.at(-1)) ? given.slice(0, -1) : null;
}

function helpText(words) {
  const { isTTY, columns } = process.stdout;
  if (words === null || (isTTY && columns < columnsMin)) return undefined;
  const texts = JSON.parse(readFileSync(`${__dirname}/help-texts.json`, 'utf8'));
  const name = words.join(' ');
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}

const text = helpText(helpAsked(process.argv.slice(2)));
if (text === undefined) {
  void import('./orderly.js');
} else {
  // A reader that left (`orderly --help | head`) is no failure; any other error is.
  process.stdout.on('error', ({ code }) => { process.exitCode = code === 'EPIPE' ? 0 : 1; });
  process.stdout.write(text);
}
