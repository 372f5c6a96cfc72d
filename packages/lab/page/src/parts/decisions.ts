/** What the tuner decided: on a time line that lies under the chart of hit rates, and as a list, the newest first. */
import type { Decision, Model } from '../data/model.ts';
import { make, setCount, setShown, setText } from '../dom.ts';
import type { Line } from '../draw/line.ts';
import { TimeChart } from '../draw/time-chart.ts';
import { bytes, clock, plural } from '../format.ts';
import { figuresOf, whatWasDone, why } from './decision-words.ts';
import { makeSection, type Part } from './part.ts';

/** Lanes of the time line, from the top. */
const LANES: readonly Decision['reason'][] = [
  'misses',
  'unused',
  'outbid',
  'regret',
  'pressure',
  'relief',
  'undo',
];
/** Decisions in the list. */
const MOST_LISTED = 200;

/** The section of the tuner. */
export class Decisions implements Part {
  readonly element: HTMLElement;
  readonly #sum = make('p', { class: 'note' });
  readonly #list = make('ol', {
    class: 'decisions',
    'data-testid': 'decisions',
    tabindex: '0',
    'aria-label': 'Decisions, the newest first',
  });
  readonly #chart = new TimeChart({
    testId: 'chart-decisions',
    title: 'Decisions by reason',
    height: 180,
    axis: {
      format: (value) => LANES[LANES.length - 1 - value] ?? '',
      range: [-0.6, LANES.length - 0.4],
      marks: LANES.map((_, i) => i),
    },
    format: (value) => LANES[LANES.length - 1 - value] ?? '',
  });

  constructor() {
    this.element = makeSection('tuner', 'Tuner', this.#sum, this.#chart.element, this.#list);
  }

  draw({ snapshot, decisions, range }: Model): void {
    const tuners = snapshot?.tuners ?? [];
    setShown(this.element, tuners.length > 0 || decisions.length > 0);
    if (this.element.hidden) return;
    setText(this.#sum, describeTuners(tuners));
    setShown(this.#chart.element, decisions.length > 0);
    const times = decisions.map(({ atMs }) => atMs / 1000);
    const earlier = times.filter((time) => time < range[0]).length;
    const note = earlier === 0 ? '' : `${plural(earlier, 'decision')} before this time: see the list.`;
    if (decisions.length > 0) this.#chart.draw({ times, lines: linesOf(decisions), range }, note);
    setShown(this.#list, decisions.length > 0);
    const listed = decisions.slice(-MOST_LISTED).reverse();
    setCount(this.#list, listed.length, makeItem);
    listed.forEach((decision, i) => {
      drawItem(this.#list.children[i] as HTMLElement, decision);
    });
  }
}

function makeItem(): HTMLElement {
  const what = make('p', {}, make('b'), make('span', { class: 'what' }), make('span', { class: 'badge' }));
  return make('li', {}, make('time'), make('div', {}, what, make('p', { class: 'note' })));
}

function drawItem(item: HTMLElement, decision: Decision): void {
  const { atMs, target, applied } = decision;
  const [time, text] = item.children as unknown as [HTMLTimeElement, HTMLElement];
  const [what, note] = text.children as unknown as [HTMLElement, HTMLElement];
  const [name, done, badge] = what.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  setText(time, clock(atMs));
  time.dateTime = new Date(atMs).toISOString();
  setText(name, target === 'all' ? 'all targets' : target);
  setText(done, `: ${whatWasDone(decision)}`);
  setText(badge, applied ? 'applied' : 'not applied');
  badge.dataset['applied'] = String(applied);
  const figures = figuresOf(decision);
  setText(note, `As ${why(decision)}${figures === '' ? '' : ` (${figures})`}.`);
}

function linesOf(decisions: readonly Decision[]): readonly Line[] {
  const lane = (applied: boolean): (number | null)[] =>
    decisions.map((it) => (it.applied === applied ? LANES.length - 1 - LANES.indexOf(it.reason) : null));
  const lines: readonly Line[] = [
    { label: 'applied', colour: '--series-1', points: 'full', values: lane(true) },
    { label: 'not applied', colour: '--series-1', points: 'open', values: lane(false) },
  ];
  return lines.filter(({ values }) => values.some((value) => value !== null));
}

function describeTuners(tuners: NonNullable<Model['snapshot']>['tuners']): string {
  const [first, ...others] = tuners;
  if (first === undefined) return 'The tuner has ended.';
  if (others.length > 0) return `${plural(tuners.length, 'tuner')}.`;
  const { looks, decisions, applied, budgetBytes, targets, dryRun, running } = first;
  const state = !running ? 'Stopped' : dryRun ? 'Looks only (dry run)' : 'Runs';
  const found =
    decisions === 0 ? 'nothing to change so far' : `${plural(decisions, 'decision')}, ${applied} applied`;
  return `${state}: ${plural(targets, 'target')}, ${bytes(budgetBytes)} for all caches, ${plural(looks, 'look')}, ${found}.`;
}
