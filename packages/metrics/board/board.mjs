// @ts-check
/**
 * Builds the Grafana board with Grafana's own builders, so that it is what their schema says.
 *
 *     node packages/metrics/board/board.mjs      writes assets/grafana/rockpool.json
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ROWS } from './panels.mjs';

/** @typedef {import('./panels.mjs').PanelSpec} PanelSpec */

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana's
const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const HEIGHT = 8;

/** @param {PanelSpec} spec */
function panel({ title, help, unit, queries, width = 8, kind = 'timeseries', stacked = false, range }) {
  const builder = kind === 'stat' ? statOf(stacked) : seriesOf(stacked);
  builder.title(title).description(help).unit(unit).datasource(SOURCE).height(HEIGHT).span(width);
  if (range !== undefined) builder.min(range[0]).max(range[1]);
  queries.forEach(([expression, legend], i) => {
    const query = new DataqueryBuilder().expr(expression).legendFormat(legend);
    builder.withTarget(query.refId(String.fromCharCode(65 + i)));
  });
  return builder;
}

/** @param {boolean} stacked */
function seriesOf(stacked) {
  const builder = new TimeseriesBuilder()
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 8)
    .showPoints(common.VisibilityMode.Never);
  if (stacked) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  return builder.tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
}

/** @param {boolean} _stacked */
function statOf(_stacked) {
  return new StatBuilder().reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

/** @param {string} name @param {string} label @param {string} query */
function variable(name, label, query) {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(SOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*');
}

/** The board. */
export function buildBoard() {
  const board = new DashboardBuilder('Rockpool')
    .uid('rockpool')
    .description(
      'Pools, byte buffers, resource pools, shared memory, collections and tuning of programs that use Rockpool',
    )
    .tags(['rockpool', 'nodejs'])
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('job', 'Job', 'label_values(rockpool_gc_pause_seconds_count, job)'))
    .withVariable(
      variable(
        'instance',
        'Instance',
        'label_values(rockpool_gc_pause_seconds_count{job=~"$job"}, instance)',
      ),
    );
  for (const { title, panels } of ROWS) {
    board.withRow(new RowBuilder(title));
    for (const spec of panels) board.withPanel(/** @type {any} */ (panel(spec)));
  }
  return board.build();
}

/** The file, as it is kept. */
export function boardText() {
  return `${JSON.stringify(buildBoard(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../assets/grafana/rockpool.json', import.meta.url), boardText());
}
