/** A telephone number as lists show it: +44******123. The order itself has all of it. */
export const maskedPhone = (phone: string): string =>
  (phone.length < 8 ? phone : `${phone.slice(0, 3)}******${phone.slice(-3)}`);
