/**
 * Values in the examples that are different in every system. The documents show a variable of the
 * shell in place of each, and the tests put in what their system has.
 */
export const exampleIds = {
  ORDER_ID: '0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a77',
  TRACK_TOKEN: 'AZnSxF4AejePECtsnU4ad2vXbYp0Qm8t3sZr1uJk9Wc',
  SUBMISSION_ID: '5f0c7e1a-3d52-4b8e-9c41-7a6d0e2b9f13',
} as const;

export type ExampleId = keyof typeof exampleIds;

/** Where a reader gets each. */
export const exampleIdSources: Readonly<Record<ExampleId, string>> = {
  ORDER_ID: 'the `id` in the answer to `order.create`',
  TRACK_TOKEN: 'the last part of the `track_url` of an order',
  SUBMISSION_ID: 'the `id` in the 202 that `order.create` answers while no back end is there, or '
    + 'with the header `Prefer: respond-async`',
};
