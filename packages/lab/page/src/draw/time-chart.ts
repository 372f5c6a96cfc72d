/**
 * A chart over time: title, legend with values, plot.
 *
 * The plot takes the focus; the arrow keys move its cursor, and with it those of all charts. Escape puts it away.
 */
import uPlot from 'uplot';
import { make, setShown, setText } from '../dom.ts';
import { clock } from '../format.ts';
import { onColours } from '../palette.ts';
import { Legend } from './legend.ts';
import { type Line, sameLines } from './line.ts';
import { plotOptions, type VerticalAxis } from './plot-options.ts';

/** What makes one chart differ from another. */
export interface TimeChartOptions {
  readonly testId: string;
  readonly title: string;
  readonly height: number;
  readonly axis: VerticalAxis;
  /** A value in the legend. */
  readonly format: (value: number) => string;
  /** Draws on top, such as marks. */
  readonly onDraw?: (plot: uPlot) => void;
}

/** As it is; its types leave out that others can be told. */
type SetCursor = (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;

/** Where uPlot shows no cursor. */
const OUTSIDE = -10;

/** Lines on common times, in seconds. */
export interface ChartData {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly range: readonly [first: number, last: number];
}

/** Owner: a part of the page. */
export class TimeChart {
  readonly element: HTMLElement;
  /** Behind the title, for a control. */
  readonly tools: HTMLElement = make('span', { class: 'tools' });
  readonly #options: TimeChartOptions;
  readonly #plotHost: HTMLElement;
  readonly #moment: HTMLElement = make('span', { class: 'moment' });
  readonly #note: HTMLElement = make('p', { class: 'note' });
  readonly #legend = new Legend();
  #data: ChartData = { times: [], lines: [], range: [0, 1] };
  #drawn: readonly Line[] = [];
  #plot: uPlot | undefined;

  constructor(options: TimeChartOptions) {
    const { testId, title, height } = options;
    this.#options = options;
    this.#plotHost = make('div', { class: 'plot', tabindex: '0', role: 'img' });
    this.#plotHost.style.height = `${height}px`;
    const head = make('figcaption', {}, make('h3', {}, title), this.tools, this.#moment);
    const parts = [head, this.#legend.element, this.#plotHost, this.#note];
    this.element = make('figure', { class: 'chart', 'data-testid': testId }, ...parts);
    this.#plotHost.addEventListener('keydown', (event) => this.#key(event));
    this.#plotHost.addEventListener('blur', () => this.#cursorTo(undefined));
    new ResizeObserver(() => this.#fit()).observe(this.#plotHost);
    onColours(() => this.#plot?.redraw());
  }

  /** Draws anew. */
  draw(data: ChartData, note = ''): void {
    this.#data = data;
    setText(this.#note, note);
    setShown(this.#note, note !== '');
    const columns = [data.times, ...data.lines.map(({ values }) => values)] as uPlot.AlignedData;
    if (this.#plot !== undefined && sameLines(this.#drawn, data.lines)) this.#plot.setData(columns);
    else this.#make(columns);
    this.#tell();
  }

  /** Draws the same anew, as the range of the axis is another. */
  redraw(): void {
    this.draw(this.#data, this.#note.textContent ?? '');
  }

  #make(columns: uPlot.AlignedData): void {
    this.#plot?.destroy();
    const { axis, height, onDraw } = this.#options;
    const width = Math.max(120, this.#plotHost.clientWidth);
    const hooks = { setCursor: [() => this.#tell()], draw: onDraw === undefined ? [] : [onDraw] };
    const { lines } = this.#data;
    const options = plotOptions({ width, height }, lines, axis, () => this.#data.range, hooks);
    this.#drawn = lines;
    this.#plot = new uPlot(options, columns, this.#plotHost);
  }

  #fit(): void {
    const width = this.#plotHost.clientWidth;
    if (width > 0 && this.#plot !== undefined && this.#plot.width !== width) {
      this.#plot.setSize({ width, height: this.#options.height });
    }
  }

  /** Brings the texts to where the cursor is. */
  #tell(): void {
    const { lines, times } = this.#data;
    const index = this.#plot?.cursor.idx ?? undefined;
    const time = index === undefined ? undefined : times[index];
    setText(this.#moment, time === undefined ? '' : clock(time * 1000));
    this.#legend.update(lines, time === undefined ? undefined : index, this.#options.format);
    const told = [...this.#legend.element.children].map(textOf).join(', ');
    this.#plotHost.setAttribute('aria-label', `${this.#options.title} over time. ${told}`);
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    const last = this.#data.times.length - 1;
    const at = this.#plot?.cursor.idx ?? last;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: undefined };
    if (!(key in to) || last < 0) return;
    event.preventDefault();
    this.#cursorTo(to[key as keyof typeof to]);
  }

  #cursorTo(index: number | undefined): void {
    const plot = this.#plot;
    if (plot === undefined) return;
    const { times } = this.#data;
    const time = index === undefined ? undefined : times[Math.max(0, Math.min(times.length - 1, index))];
    const left = time === undefined ? OUTSIDE : plot.valToPos(time, 'x');
    const top = time === undefined ? OUTSIDE : plot.over.clientHeight / 2;
    (plot.setCursor as SetCursor)({ left, top }, true, true);
  }
}

/** `p50 0.24 ms` of an item of the legend. */
function textOf(item: Element): string {
  return [...item.children]
    .map(({ textContent }) => textContent)
    .filter(Boolean)
    .join(' ');
}
