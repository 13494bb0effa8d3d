import type { Issue } from '../../shared/contract/errors.ts';
import type { MenuContent, ShopTerms } from '../../shared/contract/shop.ts';
import type { MenuItem } from '../../shared/contract/order.ts';
import { roadM } from './eta.ts';

/** What the shape of shops and menus can not say. Pointers are those of the public operations. */

const issue = (pointer: string, code: string, detail: string): Issue => ({ pointer, code, detail });

/** Everything that is wrong with the terms of a shop, but for its time zone. */
export function termsIssues({ hours, delivery }: ShopTerms): Issue[] {
  const issues: Issue[] = [];
  for (const [index, { opens, closes }] of hours.entries()) {
    if (opens < closes) continue;
    const detail = 'It has to close after it opens; a night takes two rows.';
    issues.push(issue(`/hours/${index}/closes`, 'order', detail));
  }
  return [...issues, ...tierIssues(delivery)];
}

function tierIssues(delivery: ShopTerms['delivery']): Issue[] {
  const issues: Issue[] = [];
  const { tiers } = delivery;
  for (const [index, tier] of tiers.entries()) {
    const before = tiers[index - 1];
    if (before === undefined) continue;
    const at = `/delivery/tiers/${index}`;
    if (tier.up_to_m <= before.up_to_m) {
      const detail = 'Each tier reaches further than the one before.';
      issues.push(issue(`${at}/up_to_m`, 'order', detail));
    }
    if (tier.fee.amount < before.fee.amount) {
      issues.push(issue(`${at}/fee`, 'order', 'Further away is not cheaper.'));
    }
  }
  const road = roadM(delivery.radius_m, delivery);
  if ((tiers.at(-1)?.up_to_m ?? 0) < road) {
    const detail = `The last tier has to reach ${road} m: the radius, by road.`;
    issues.push(issue('/delivery/tiers', 'gap', detail));
  }
  return issues;
}

/** Everything that is wrong with a menu. */
export function menuIssues({ categories }: MenuContent): Issue[] {
  const issues: Issue[] = [];
  const seen = { categories: new Set<string>(), items: new Set<string>() };
  for (const [index, category] of categories.entries()) {
    const at = `/categories/${index}`;
    repeated(seen.categories, category.id, { at: `${at}/id`, issues });
    for (const [place, item] of category.items.entries()) {
      const pointer = `${at}/items/${place}`;
      repeated(seen.items, item.sku, { at: `${pointer}/sku`, issues });
      checkGroups(item, pointer, issues);
    }
  }
  return issues;
}

function checkGroups(item: MenuItem, pointer: string, issues: Issue[]): void {
  const groups = new Set<string>();
  const options = new Set<string>();
  for (const [index, group] of item.option_groups.entries()) {
    const at = `${pointer}/option_groups/${index}`;
    repeated(groups, group.id, { at: `${at}/id`, issues });
    for (const [place, { sku }] of group.options.entries()) {
      repeated(options, sku, { at: `${at}/options/${place}/sku`, issues });
    }
    if (group.min > group.max || group.min > group.options.length) {
      issues.push(issue(`${at}/min`, 'order', 'Nobody could choose so many.'));
    }
  }
}

function repeated(
  seen: Set<string>, id: string, { at, issues }: { at: string; issues: Issue[] },
): void {
  if (seen.has(id)) issues.push(issue(at, 'duplicate', `${id} is there twice.`));
  seen.add(id);
}
