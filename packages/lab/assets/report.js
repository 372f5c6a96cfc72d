// Draws the charts of a report. Runs in the page, after the drawing library; data lies in #charts, colours are the
// page's custom properties, so that light and dark follow the reader's setting.
(() => {
  const { echarts } = window;
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const FONT = 12;
  const BAR_PX = 38;
  const UNITS = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ];

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const trimmed = (value) => String(Number(value.toPrecision(3)));

  /** Nanoseconds with the unit that suits. */
  function show(ns) {
    if (ns === 0) return '0';
    const [size, unit] = UNITS.find(([least]) => Math.abs(ns) >= least) ?? [1, 'ns'];
    return `${trimmed(ns / size)} ${unit}`;
  }

  /** A number with a letter for its thousands. */
  function showCount(count) {
    return count < 1000
      ? trimmed(count)
      : count < 1e6
        ? `${trimmed(count / 1e3)} k`
        : `${trimmed(count / 1e6)} M`;
  }

  const SHOW = {
    bytes: (bytes) => `${trimmed(bytes / 2 ** 20)} MiB`,
    percent: (share) => `${trimmed(share)} %`,
    count: showCount,
  };

  function valueAxis(chart, more) {
    return {
      name: chart.axis,
      nameLocation: 'middle',
      nameTextStyle: { color: color('quiet'), fontSize: FONT },
      axisLabel: {
        color: color('quiet'),
        fontSize: FONT,
        hideOverlap: true,
        formatter: SHOW[chart.unit] ?? show,
      },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: color('line') } },
      ...more,
    };
  }

  function categoryAxis(data, more) {
    return {
      type: 'category',
      data,
      axisLabel: { color: color('text'), fontSize: FONT, interval: 0 },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: color('line') } },
      ...more,
    };
  }

  const grid = { left: 8, right: 24, top: 12, bottom: 40, containLabel: true };
  const tooltip = () => ({
    trigger: 'item',
    confine: true,
    backgroundColor: color('ground'),
    borderColor: color('line'),
    textStyle: { color: color('text'), fontSize: FONT },
  });

  /** A whisker from low to high, and the median's text behind its end. */
  function whisker(chart) {
    return (params, api) => {
      const row = api.value(0);
      const [low, y] = api.coord([api.value(1), row]);
      const [high] = api.coord([api.value(2), row]);
      const style = { stroke: color('text'), lineWidth: 1.5 };
      const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
      const label = {
        type: 'text',
        style: {
          text: chart.texts[params.dataIndex],
          x: high + 8,
          y,
          fill: color('text'),
          fontSize: FONT,
          verticalAlign: 'middle',
        },
      };
      const bars = [line(low, y, high, y), line(low, y - 5, low, y + 5), line(high, y - 5, high, y + 5)];
      return { type: 'group', children: [...(high - low > 1 ? bars : []), label] };
    };
  }

  /** A round step of which a bit more than four reach `most`. */
  function roundStep(most) {
    const power = 10 ** Math.floor(Math.log10(most / 4));
    return power * [1, 2, 2.5, 5, 10].find((factor) => power * factor >= most / 5);
  }

  function horizontal(chart, largest, series) {
    // A fifth more than the longest bar, at least: room for the text behind it.
    const step = largest > 0 ? roundStep(largest * 1.2) : 1;
    const max = largest > 0 ? Math.ceil((largest * 1.2) / step) * step : 1;
    return {
      grid,
      tooltip: tooltip(),
      xAxis: valueAxis(chart, { type: 'value', nameGap: 28, min: 0, max, interval: step }),
      yAxis: categoryAxis(chart.labels, { inverse: true }),
      series,
    };
  }

  function bars(chart) {
    return horizontal(chart, Math.max(...chart.highs), [
      {
        type: 'bar',
        barWidth: 18,
        data: chart.medians.map((value, i) => ({
          value,
          itemStyle: { color: color(i === chart.baseline ? 'bar-baseline' : 'bar') },
        })),
        tooltip: {
          formatter: ({ dataIndex: i }) =>
            `${chart.labels[i]}: ${show(chart.medians[i])} (${show(chart.lows[i])}–${show(chart.highs[i])})`,
        },
      },
      {
        type: 'custom',
        renderItem: whisker(chart),
        data: chart.lows.map((low, i) => [i, low, chart.highs[i]]),
        encode: { y: 0, x: [1, 2] },
        silent: true,
        z: 3,
      },
    ]);
  }

  function stack(chart) {
    const sums = chart.labels.map((_, i) => chart.series.reduce((sum, { values }) => sum + values[i], 0));
    const layers = chart.series.map(({ name, values }, k) => ({
      type: 'bar',
      name,
      stack: 'all',
      barWidth: 18,
      data: values,
      itemStyle: { color: color(`series-${k + 1}`) },
      tooltip: { formatter: ({ dataIndex: i }) => `${chart.labels[i]}, ${name}: ${show(values[i])}` },
    }));
    const texts = {
      type: 'custom',
      renderItem: whisker(chart),
      data: sums.map((sum, i) => [i, sum, sum]),
      encode: { y: 0, x: [1, 2] },
      silent: true,
      z: 3,
    };
    return horizontal(chart, Math.max(...sums), [...layers, texts]);
  }

  function percentiles(chart) {
    return {
      grid: { ...grid, left: 28, bottom: 12 },
      tooltip: tooltip(),
      xAxis: categoryAxis(chart.points),
      yAxis: valueAxis(chart, { type: 'log', nameGap: 52 }),
      series: chart.series.map(({ name, values }, k) => ({
        type: 'line',
        name,
        // A logarithmic axis has no zero.
        data: values.map((value) => Math.max(1, value)),
        symbolSize: 7,
        itemStyle: { color: color(`series-${k + 1}`) },
        lineStyle: { color: color(`series-${k + 1}`), width: 2 },
        tooltip: { formatter: ({ dataIndex: i }) => `${name}, ${chart.points[i]}: ${show(values[i])}` },
      })),
    };
  }

  function lines(chart) {
    const text = SHOW[chart.unit];
    const last = chart.operations.at(-1);
    return {
      grid: { ...grid, left: 28, top: 28 },
      tooltip: {
        ...tooltip(),
        trigger: 'axis',
        formatter: (points) =>
          [
            `${showCount(points[0].value[0])} ${chart.along}`,
            ...points.map(
              ({ marker, seriesName, value }) =>
                `${marker}${seriesName}: ${value[1] === null ? '–' : text(value[1])}`,
            ),
          ].join('<br>'),
      },
      xAxis: {
        type: 'value',
        name: chart.along,
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { color: color('quiet'), fontSize: FONT },
        // Room behind the last mark, where lines end upright.
        max: Math.ceil(last * 1.02),
        axisLabel: { color: color('quiet'), fontSize: FONT, formatter: showCount, showMaxLabel: false },
        axisLine: { lineStyle: { color: color('line') } },
        splitLine: { show: false },
      },
      yAxis: valueAxis(chart, {
        type: 'value',
        nameGap: 60,
        ...(chart.unit === 'bytes' ? byteScale(chart) : {}),
      }),
      series: chart.series.map(({ name, values, hue }, k) => ({
        type: 'line',
        name,
        data: values.map((value, i) => [chart.operations[i], value]),
        showSymbol: false,
        itemStyle: { color: color(`series-${hue + 1}`) },
        lineStyle: { color: color(`series-${hue + 1}`), width: 1.8 },
        ...(k === 0 ? { markLine: marks(chart) } : {}),
      })),
    };
  }

  /** Dashed uprights where something happened. */
  function marks(chart) {
    return {
      symbol: 'none',
      silent: true,
      lineStyle: { color: color('quiet'), type: 'dashed', width: 1 },
      label: { color: color('quiet'), fontSize: FONT },
      data: chart.marks
        .filter(({ at }) => at > 0)
        .map(({ at, text }) => ({ xAxis: at, label: { formatter: text } })),
    };
  }

  /** A value axis of bytes goes in round numbers of mebibytes, and ends with one. */
  function byteScale(chart) {
    const mib = 2 ** 20;
    const most = Math.max(1, (chart.most ?? 0) / mib);
    const step = roundStep(most);
    const least = Math.min(0, ...chart.series.flatMap(({ values }) => values.map((value) => value / mib)));
    return {
      interval: step * mib,
      max: Math.ceil(most / step) * step * mib,
      min: Math.floor(least / step) * step * mib,
    };
  }

  const draw = { bars, stack, percentiles, lines };
  const drawn = charts.map((chart) => {
    const element = document.getElementById(chart.id);
    element.style.height = chart.labels === undefined ? '280px' : `${chart.labels.length * BAR_PX + 70}px`;
    return { chart, picture: echarts.init(element, null, { renderer: 'svg' }) };
  });
  const paint = () => {
    for (const { chart, picture } of drawn) {
      picture.setOption({ animation: false, ...draw[chart.kind](chart) }, true);
    }
  };
  paint();
  dark.addEventListener('change', paint);
  window.addEventListener('resize', () => {
    for (const { picture } of drawn) picture.resize();
  });
})();
