import type { Draft } from '../draft.ts';
import { checkText, fields, type FieldName } from '../fields.ts';
import type { Prompts } from '../prompts.ts';

/** Asks for one text; what the draft holds already can be edited in place. */
export async function askField(prompts: Prompts, draft: Draft, name: FieldName): Promise<Draft> {
  const { question } = fields[name];
  const typed = draft.texts[name];
  const text = await prompts.text({
    message: question,
    check: (answer) => checkText(name, answer),
    ...(typed === undefined || typed === '' ? {} : { initial: typed }),
  });
  return { ...draft, texts: { ...draft.texts, [name]: text.trim() } };
}

/** Asks for several texts, one after the other. */
export async function askFields(
  prompts: Prompts, draft: Draft, names: readonly FieldName[],
): Promise<Draft> {
  let asked = draft;
  for (const name of names) asked = await askField(prompts, asked, name);
  return asked;
}
