/**
 * The live page: snapshots of a process as they come, drawn.
 *
 *     EventSource ─► Connection ─► Model ─► parts, once a frame
 *
 * While it is paused everything is still taken in, and drawn when it goes on.
 */
import 'uplot/dist/uPlot.min.css';
import './page.css';
import { Connection } from './data/connection.ts';
import { Model } from './data/model.ts';
import { make } from './dom.ts';
import { ArenaMaps } from './parts/arena-maps.ts';
import { Charts } from './parts/charts.ts';
import { Decisions } from './parts/decisions.ts';
import { Hints, Welcome } from './parts/hints.ts';
import { Leaks } from './parts/leaks.ts';
import type { Part } from './parts/part.ts';
import { PoolTables } from './parts/pool-tables.ts';
import { SizeClassTables } from './parts/size-class-tables.ts';
import { StatusLine } from './parts/status-line.ts';
import { Tiles } from './parts/tiles.ts';

const model = new Model();
let [paused, pending] = [false, false];

const status = new StatusLine((now) => {
  paused = now;
  draw();
});
const parts: readonly Part[] = [
  new Welcome(),
  new Tiles(),
  new Charts(),
  new ArenaMaps(),
  new SizeClassTables(),
  new PoolTables(),
  new Leaks(),
  new Decisions(),
  new Hints(),
];
document.body.append(status.element, make('main', {}, ...parts.map(({ element }) => element)));

/** Draws with the next frame, however often it is called until then. A page that nobody sees has no frames. */
function draw(): void {
  if (paused || pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    if (paused) return;
    for (const part of [status, ...parts]) part.draw(model);
  });
}

new Connection('stream', {
  onSnapshot: (snapshot) => {
    model.add(snapshot);
    draw();
  },
  onState: (state, text) => {
    if (state === 'lost' || state === 'unreachable' || state === 'refused') model.breakLines();
    status.setState(state, text);
  },
  onTarget: (url) => status.setTarget(url),
  intervalMs: () => model.intervalMs,
});
draw();
