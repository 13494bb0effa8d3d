import { z } from 'zod';
import './issue-words.ts';

/** 128 random bits in hex: names a cluster or a store (one replica's data file) for ever. */
export const id128 = z.string().regex(/^[0-9a-f]{32}$/);
export type StoreId = string;
export type ClusterId = string;

/** A count that stays exact in JSON: 0 .. 2^53 - 1. */
export const count = z.int().min(0);

/** A short printable name: a node id, a group, a kind. Never a path, never empty. */
export const shortName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** `host:port` or `[v6]:port` of a program's internal RPC server. */
export const address = z
  .string()
  .max(260)
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$/);
