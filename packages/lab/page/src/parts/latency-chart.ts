/** Percentiles of one latency of many: the event loop's, the program's own, waits for resources. */
import { WAIT } from '../data/figures.ts';
import type { Model } from '../data/model.ts';
import { make, setCount, setShown, setText } from '../dom.ts';
import { fromZero } from '../draw/plot-options.ts';
import { TimeChart } from '../draw/time-chart.ts';
import { milliseconds } from '../format.ts';
import type { Part } from './part.ts';

const EVENT_LOOP = 'event loop';
const COLOURS = ['--series-1', '--series-3', '--series-2'];

/** A chart with a choice. */
export class LatencyChart implements Part {
  readonly element: HTMLElement;
  readonly #select = make('select', { 'aria-label': 'Which latency' });
  #chosen: string | undefined;
  #model: Model | undefined;
  readonly #chart: TimeChart;

  constructor() {
    this.#chart = new TimeChart({
      testId: 'chart-latency',
      title: 'Latency',
      height: 200,
      axis: { format: milliseconds, range: fromZero },
      format: milliseconds,
    });
    this.element = this.#chart.element;
    this.#chart.tools.append(this.#select);
    this.#select.addEventListener('change', () => {
      this.#chosen = this.#select.value;
      if (this.#model !== undefined) this.draw(this.#model);
    });
  }

  draw(model: Model): void {
    this.#model = model;
    const { history, range } = model;
    const names = history
      .keys('latency/')
      .filter((key) => key.endsWith('/0'))
      .map((key) => key.slice('latency/'.length, -'/0'.length));
    this.element.hidden = names.length === 0;
    if (names.length === 0) return;
    const name = this.#choose(names);
    const labels = name.startsWith(WAIT) ? ['p50', 'p95', 'p99'] : ['p50', 'p99', 'p99.9'];
    const lines = labels.map((label, i) => ({
      label,
      colour: COLOURS[i] as string,
      values: history.column(`latency/${name}/${i}`),
    }));
    this.#chart.draw({ times: history.times, lines, range }, noteOf(name));
  }

  /** The user's choice; else the program's own latency before that of the event loop. */
  #choose(names: readonly string[]): string {
    setCount(this.#select, names.length, () => make('option'));
    names.forEach((name, i) => {
      const option = this.#select.options[i] as HTMLOptionElement;
      setText(option, name);
      option.value = name;
    });
    setShown(this.#select, names.length > 1);
    const own = names.find((name) => name !== EVENT_LOOP && !name.startsWith(WAIT));
    const chosen = names.find((name) => name === this.#chosen);
    const name = chosen ?? own ?? (names[0] as string);
    if (this.#select.value !== name) this.#select.value = name;
    return name;
  }
}

function noteOf(name: string): string {
  if (name === EVENT_LOOP)
    return 'Delay of the event loop between two snapshots; the timer ticks every 10 ms.';
  return name.startsWith(WAIT) ? 'Of all acquires so far that had to wait.' : '';
}
