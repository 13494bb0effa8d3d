/**
 * What the members of requests mean, where their name is not the whole of it. A description in the
 * schema itself (zod's `describe`) comes before one from here.
 */
const memberDocs: Readonly<Record<string, string>> = {
  arg1: 'The first argument; what looks like a number is one.',
  arg2: 'The second argument.',
  arg3: 'The third argument.',
  arg4: 'The fourth argument.',
  args: 'The arguments, in order.',
  channel: 'Where the order comes from.',
  consistency: 'linearizable (the default) shows everything that was confirmed before the request; '
    + 'stale is answered by any back end and may be behind; shops and menus also while none is '
    + 'there, as they were last read.',
  contactless: 'Leave it at the door.',
  cursor: 'next_cursor of the page before; absent for the first page.',
  courier: 'Who brings it.',
  customer: 'Who the order is for.',
  delivery: 'Where it goes.',
  expected_total: 'Refuse the order (price_changed) unless its total is this.',
  external_ref: 'A reference of your own.',
  from: 'Placed at this time or later.',
  fulfilment: 'Brought to an address, or collected at the shop.',
  idempotency_key: 'Chosen by you before the first attempt, 8 to 255 visible ASCII characters. '
    + 'The same key again gives the same answer and no second effect.',
  if_version: 'The version that you have read; refused (version_mismatch) when there is a newer '
    + 'one.',
  limit: 'At most so many entries in one page.',
  lines: 'What is ordered.',
  node: 'The id of a back end, or its store_id.',
  note: 'Free text.',
  notes: 'Free text for the kitchen.',
  number: 'The short number that people call an order by, as A-042.',
  order_id: 'The id of the order.',
  password: 'Of the account.',
  phone: 'E.164, or a national UK number.',
  postcode: 'A UK postcode, in any spelling.',
  prep_minutes: 'How long it takes until it is ready.',
  reason: 'Why.',
  role: 'What the account may do; staff with the token of an operator only.',
  schedule: 'As soon as possible, or for a time.',
  service: 'The name of a service, as group.name.',
  session_id: 'current, or the id of another session of the account.',
  shop_id: 'The shop; there is one at first.',
  status: 'Only those with this status.',
  tip: 'On top of the total, for whoever delivers.',
  to: 'Placed before this time.',
  token: 'As in the link for whoever waits for the order.',
  version: 'The version that you have read.',
  submission_id: 'The id of the submission.',
  username: '3 to 32 letters, digits, dots, underscores or dashes; case does not matter.',
};

/** A sentence about a member; undefined where nobody has written one. */
export const memberDoc = (name: string): string | undefined =>
  (Object.hasOwn(memberDocs, name) ? memberDocs[name] : undefined);
