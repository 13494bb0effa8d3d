/** What holds for every operation, for the page and docs/api.md. `code` in backquotes. */
export interface Manner {
  id: string;
  title: string;
  paragraphs: readonly string[];
}

/** Where a reader gets `$ETAG` of the examples. */
export const etagSource = 'the header `ETag` of the answer to `order.get`, as `"v1"`, quotes '
  + 'included';

export const manners: readonly Manner[] = [
  {
    id: 'values',
    title: 'Values',
    paragraphs: [
      'Bodies are JSON in UTF-8 with members in `snake_case`. Times are RFC 3339 in UTC with '
      + 'milliseconds, money is an integer of minor units (pence) with its currency, distances are '
      + 'metres, durations end in `_s` or `_ms`. Ids are UUIDs.',
      'A member that a request does not know is refused (`invalid_params`), so that a misspelt one '
      + 'is not lost in silence. An answer may get new members at any time: ignore those that you '
      + 'do not know.',
    ],
  },
  {
    id: 'keys',
    title: 'Doing it once: idempotency keys',
    paragraphs: [
      'Choose a key (8 to 255 visible ASCII characters, a UUID is fine) before the first attempt '
      + 'and send it with each: as the header `Idempotency-Key`, or as the member '
      + '`idempotency_key` of the body or of the params. The request then takes effect at most '
      + 'once, across lost connections, restarts and fail-overs; an answer from the record has '
      + '`Idempotency-Replayed: true`. The same key with another request is refused '
      + '(`idempotency_key_reused`). Keys belong to whoever sends them: two customers may use the '
      + 'same one.',
      'There is no "in progress" error: a second request with a key whose first is still on its '
      + 'way waits for the same decision and gets the same answer. A request that was refused '
      + 'because it is wrong is not recorded, and may be corrected under the same key.',
    ],
  },
  {
    id: 'queue',
    title: 'When no back end answers: 202',
    paragraphs: [
      'An order that no back end takes in time is written to the disk of the front end and '
      + 'answered 202, with `Location` for asking how it stands and `Retry-After`. It is placed as '
      + 'soon as a back end is there, in the order of coming, once. `Prefer: respond-async` asks '
      + 'for that at once; `Prefer: respond-async=false` waits, and fails with `unavailable` '
      + 'rather than be queued.',
      'Only that front end knows of the submission. Where there are several, ask the one that '
      + 'answered 202 for `/v1/submissions` and `/v1/pending-results`: another one answers '
      + '`not_found`. Sending the order again with its key is safe at each of them.',
    ],
  },
  {
    id: 'versions',
    title: 'Versions: ETag and If-Match',
    paragraphs: [
      'What has a version is answered with `ETag: "v7"`. `If-None-Match` with it answers 304 while '
      + 'it holds. A change sends it as `If-Match` (`if_version` in JSON-RPC) and is refused '
      + '(`version_mismatch`, 412) when somebody was faster; where it is required, a request '
      + 'without it is refused too (`precondition_required`, 428).',
      'The header `X-Read-Index` names the position of the replicated log that an answer shows.',
    ],
  },
  {
    id: 'pages',
    title: 'Pages',
    paragraphs: [
      'Lists are `{data, next_cursor}`. Send `next_cursor` as `cursor` for the next page, or '
      + 'follow the header `Link: <...>; rel="next"`; it is null, and `Link` absent, on the last. '
      + 'A cursor says nothing to anybody but the server.',
    ],
  },
  {
    id: 'failures',
    title: 'Failures',
    paragraphs: [
      'Every failure is `application/problem+json` with `type`, `title`, `status`, `detail`, '
      + '`instance`, `code`, `request_id`, `retryable` and, where fields are wrong, `errors` with '
      + 'a JSON Pointer each. Programs read `code`, which is the same word in JSON-RPC '
      + '(`error.data.code`) and in the command line client. `retryable` says that the same '
      + 'request with the same key may succeed later; 429 and 503 say when (`Retry-After`).',
      'A time-out is never told as a refusal: `outcome_unknown` (504) says that the request may '
      + 'still take effect, and that only the same key may be sent again.',
    ],
  },
  {
    id: 'json-rpc',
    title: 'JSON-RPC',
    paragraphs: [
      '`POST /rpc` takes JSON-RPC 2.0: params by name, batches of at most 50, notifications. The '
      + 'entries of a batch are carried out side by side; each is answered. Failures of methods '
      + 'are answered with HTTP 200 and an `error`; only a missing or wrong token is 401 as well, '
      + 'and a batch of nothing but notifications 204. An id is a string of up to 128 characters, '
      + 'an integer below 2^53, or null.',
    ],
  },
];
