// Draws the charts of an advice. Runs in the page, after the drawing library; data lies in #charts, colours are the
// page's custom properties, so that light and dark follow the reader's setting. Texts come from a stranger's program:
// what becomes HTML is encoded first.
(() => {
  const { echarts } = window;
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const FONT = 12;
  const ROW_PX = 44;
  const BAR_PX = 14;
  const COLUMNS_PX = 190;

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const trimmed = (value) => String(Number(value.toPrecision(3)));
  const encode = (text) => echarts.format.encodeHTML(text);

  /** A number with the largest of the units that it reaches. */
  function withUnit(value, base, units) {
    let power = 0;
    while (power + 1 < units.length && value >= base ** (power + 1)) power++;
    return `${trimmed(value / base ** power)} ${units[power]}`.trimEnd();
  }

  const SHOW = {
    percent: (share) => `${trimmed(share * 100)} %`,
    bytes: (bytes) => withUnit(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB']),
    count: (count) => withUnit(count, 1000, ['', 'k', 'M', 'G']),
  };

  /** A step of which at most four reach `most`; round in the unit that the value has. */
  function roundStep(most, base) {
    let unit = 1;
    while (base > 0 && most / 4 >= unit * base) unit *= base;
    const power = 10 ** Math.floor(Math.log10(most / 4 / unit));
    return unit * power * [1, 2, 2.5, 5, 10].find((factor) => unit * power * factor >= most / 4);
  }

  /** @param room how much longer the axis is than the longest bar, at least */
  function valueAxis(chart, room) {
    const sums = chart.labels.map((_, i) => chart.series.reduce((sum, { values }) => sum + values[i], 0));
    const most = Math.max(...sums) * room || 1;
    const step = roundStep(most, chart.unit === 'bytes' ? 1024 : 0);
    return {
      type: 'value',
      min: 0,
      max: Math.ceil(most / step) * step,
      interval: step,
      axisLabel: { color: color('quiet'), fontSize: FONT, hideOverlap: true, formatter: SHOW[chart.unit] },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: color('line') } },
    };
  }

  function categoryAxis(chart, more) {
    return {
      type: 'category',
      data: chart.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: color('line') } },
      ...more,
    };
  }

  const tooltip = () => ({
    trigger: 'item',
    confine: true,
    backgroundColor: color('ground'),
    borderColor: color('line'),
    textStyle: { color: color('text'), fontSize: FONT },
  });

  /** The series of a chart on one pile, and an empty one at its end that carries the texts. */
  function piles(chart, position, more) {
    const layers = chart.series.map(({ name, hue, values }) => ({
      type: 'bar',
      name,
      stack: 'all',
      // No bar, rather than one of the least height, where there is nothing.
      data: values.map((value) => (value === 0 ? null : value)),
      itemStyle: { color: color(`series-${hue + 1}`) },
      barMinHeight: 2,
      tooltip: {
        formatter: ({ dataIndex: i }) =>
          encode(`${chart.labels[i]}, ${name}: ${SHOW[chart.unit](values[i])}`),
      },
      ...more,
    }));
    const texts = {
      type: 'bar',
      stack: 'all',
      silent: true,
      data: chart.labels.map(() => 0),
      label: {
        show: true,
        position,
        formatter: ({ dataIndex: i }) => chart.texts[i],
        color: color('text'),
        fontSize: FONT,
      },
      labelLayout: { hideOverlap: true },
      ...more,
    };
    return [...layers, texts];
  }

  function rows(chart, width) {
    return {
      grid: { left: 14, right: 28, top: 4, bottom: 4, containLabel: true },
      tooltip: tooltip(),
      // Room for the text behind the longest bar.
      xAxis: valueAxis(chart, 1.25),
      yAxis: categoryAxis(chart, {
        inverse: true,
        axisLabel: {
          inside: true,
          margin: 0,
          align: 'left',
          verticalAlign: 'bottom',
          padding: [0, 0, BAR_PX / 2 + 6, 3],
          interval: 0,
          width: width - 48,
          overflow: 'truncate',
          color: color('text'),
          fontSize: FONT,
        },
        z: 10,
      }),
      series: piles(chart, 'right', { barWidth: BAR_PX }),
    };
  }

  function columns(chart) {
    return {
      grid: { left: 4, right: 12, top: 26, bottom: 4, containLabel: true },
      tooltip: tooltip(),
      xAxis: categoryAxis(chart, {
        axisLabel: {
          color: color('text'),
          fontSize: FONT,
          lineHeight: 15,
          hideOverlap: true,
          formatter: (range) => range.replace('–', '–\n'),
        },
      }),
      yAxis: valueAxis(chart, 1),
      series: piles(chart, 'top', { barMaxWidth: 44 }),
    };
  }

  const draw = { rows, columns };
  /** By element. What lies in a closed card has no width yet, and is drawn when the card opens. */
  const drawn = new Map();

  function paint() {
    for (const chart of charts) {
      const element = document.getElementById(chart.id);
      if (element.clientWidth === 0) continue;
      if (!drawn.has(element)) {
        element.style.height =
          chart.kind === 'rows' ? `${chart.labels.length * ROW_PX + 32}px` : `${COLUMNS_PX}px`;
        drawn.set(element, echarts.init(element, null, { renderer: 'svg' }));
      }
      const picture = drawn.get(element);
      picture.resize();
      picture.setOption({ animation: false, ...draw[chart.kind](chart, element.clientWidth) }, true);
    }
  }
  /** A link to a closed card opens it. */
  function open() {
    const card = document.getElementById(location.hash.slice(1));
    if (card?.tagName === 'DETAILS') card.open = true;
  }

  paint();
  open();
  dark.addEventListener('change', paint);
  window.addEventListener('resize', paint);
  window.addEventListener('hashchange', open);
  for (const card of document.querySelectorAll('details.card')) card.addEventListener('toggle', paint);
})();
