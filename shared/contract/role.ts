/** What an account is for. */
export const roles = ['customer', 'staff'] as const;
export type Role = (typeof roles)[number];
