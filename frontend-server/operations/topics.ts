/** The headings under which the documents show the operations, in this order. */
export const topics = {
  orders: {
    title: 'Orders',
    about: 'Place an order, look at it, and take it back.',
  },
  menu: {
    title: 'Shops and menus',
    about: 'What can be ordered.',
  },
  submissions: {
    title: 'Queued orders',
    about: 'An order that no back end took in time is kept on disk and answered 202. It is placed '
      + 'as soon as a back end is there, and ends exactly one way.',
  },
  events: {
    title: 'Events',
    about: 'What happens, while it happens, as server-sent events.',
  },
  accounts: {
    title: 'Accounts and sessions',
    about: 'Who you are, and where you are signed in.',
  },
  customers: {
    title: 'Customers',
    about: 'For the staff of the shop.',
  },
  services: {
    title: 'Other services',
    about: 'Any program that registers with the name server, behind the same door.',
  },
  cluster: {
    title: 'Cluster',
    about: 'For those who run the system.',
  },
} as const;

export type Topic = keyof typeof topics;
