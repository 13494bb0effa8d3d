/** Integer pence as pounds with two decimals, without a sign for the currency: 12.30. */
export function pounds(pence: number): string {
  const minor = Math.abs(pence);
  const digits = `${Math.trunc(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
  return pence < 0 ? `-${digits}` : digits;
}

/** Integer minor units as people write them: £12.30, -£0.05; other currencies by their code. */
export function money({ amount, currency }: { amount: number; currency: string }): string {
  if (currency !== 'GBP') return `${pounds(amount)} ${currency.slice(0, 3)}`;
  return amount < 0 ? `-£${pounds(-amount)}` : `£${pounds(amount)}`;
}

/** `12`, `12.3` or `£12.30` as integer pence; null for anything else. */
export function parsePounds(text: string): number | null {
  const [, whole, part = ''] = /^£?(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim()) ?? [];
  return whole === undefined ? null : Number(whole) * 100 + Number(part.padEnd(2, '0'));
}
