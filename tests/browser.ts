import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { chromiumPath } from '../tools/screenshots/config.ts';

/** What the tests of pages share. */

/** Programs start within it, and pages follow, on a machine that has other work. */
export const waitMs = 60_000;
export const startMs = 120_000;

export const hasBrowser = existsSync(chromiumPath);
if (!hasBrowser) {
  process.stderr.write(`no browser at ${chromiumPath}; set CHROMIUM_PATH to test the pages\n`);
}

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[] }[];
}

/** Through the debugger's door: the policy of the page keeps scripts of others out. */
export async function evaluate(page: Page, expression: string): Promise<unknown> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send('Runtime.evaluate', {
    expression, awaitPromise: true, returnByValue: true, allowUnsafeEvalBlockedByCSP: true,
  });
  await session.detach();
  return result.value;
}

/** Serious violations of accessibility rules, each as its name and where it is. */
export async function violations(page: Page): Promise<string[]> {
  const run = `${readFileSync(axeSource, 'utf8')};axe.run().then((all) => all.violations)`;
  return (await evaluate(page, run) as Violation[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
