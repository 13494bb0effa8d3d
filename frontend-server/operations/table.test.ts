import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ERRORS } from '../../shared/contract/errors.ts';
import type { PublicOperation } from './operation.ts';
import { operations } from './table.ts';

const membersOf = ({ params }: PublicOperation): string[] =>
  Object.keys(z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }).properties ?? {});

const namesIn = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

describe('the operations table', () => {
  it('has each name, and each address with its method, once', () => {
    const names = operations.map(({ name }) => name);
    const routes = operations.flatMap(({ method, paths }) =>
      paths.map((path) => `${method} ${path.replaceAll(/:\w+/g, ':')}`));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(routes).size).toBe(routes.length);
    expect(names.filter((name) => !/^[a-z]+(\.[a-z_]+)+$/.test(name))).toEqual([]);
    expect(routes.filter((route) => !/^[A-Z]+ \/v1\//.test(route))).toEqual([]);
  });

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s takes its own example, and the members of its path, key and version',
    (_name, operation) => {
      const { params, example, key, ifMatch, paths } = operation;
      const sent = {
        ...example.params, ...key !== 'none' && { idempotency_key: 'an-example' },
        ...ifMatch !== undefined && { if_version: 1 },
      };
      expect(params.safeParse(sent).error?.issues).toBeUndefined();
      const wanted = [
        ...paths.flatMap(namesIn), ...key === 'none' ? [] : ['idempotency_key'],
        ...ifMatch === undefined ? [] : ['if_version'],
      ];
      const members = membersOf(operation);
      expect(wanted.filter((name) => !members.includes(name))).toEqual([]);
      expect(Object.keys(operation.success)).not.toEqual([]);
    },
  );

  it('names only failures that may leave the cluster', () => {
    const inside = operations.flatMap(({ errors }) =>
      errors.filter((code) => ERRORS[code].advice === null));
    expect(inside).toEqual([]);
  });
});
