import { describe, expect, it } from 'vitest';
import { applyEdit, concerns, occurrences } from './patch.ts';
import { tableOf, withTable } from './table.ts';

const file = 'backend-server/replication/commit.js';

describe('an edit of a compiled module', () => {
  it('takes any run of blanks for any other, and replaces the text once', () => {
    const edit = { file, find: 'a(b); return;', replace: '$& c' };
    expect(applyEdit('x;\n  a(b);\n    return;\ny', edit)).toBe('x;\n  $& c\ny');
  });

  it('does not fit where its text is missing or stands twice', () => {
    expect(applyEdit('a', { file, find: 'b', replace: '' })).toBeNull();
    expect(applyEdit('b b', { file, find: 'b', replace: '' })).toBeNull();
    expect(occurrences('f(x) + f(x)', 'f(x)')).toBe(2);
  });

  it('concerns the module of that path below dist only', () => {
    const edit = { file, find: '', replace: '' };
    expect(concerns(edit, `file:///app/dist/${file}`)).toBe(true);
    expect(concerns(edit, `file:///app/dist/other/${file}`)).toBe(false);
  });
});

describe('the table of planted bugs', () => {
  const mutant = {
    name: 'n',
    breaks: 'a | b',
    origin: 'own' as const,
    file,
    find: '',
    replace: '',
  };

  it('names the source file, the seed and the invariant, and stands between the marks', () => {
    const verdict = { kind: 'found' as const, seed: 7, invariant: 'I3', violation: '' };
    const table = tableOf([{ mutant, verdict, share: { runs: 20, found: 5 } }]);
    expect(table).toContain('| `n` | a \\| b | `backend-server/replication/commit.ts` | 300 | 7 |');
    expect(table).toContain('| I3 | 25 % |');
    const marked = 'x\n<!-- mutants:begin -->\nold\n<!-- mutants:end -->\ny\n';
    const written = withTable(marked, table);
    expect(written).toBe(`x\n<!-- mutants:begin -->\n${table}\n<!-- mutants:end -->\ny\n`);
    expect(() => withTable('no marks', table)).toThrow(/lacks/);
  });
});
