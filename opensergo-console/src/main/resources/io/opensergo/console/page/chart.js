import {h, fill, table} from './dom.js';
import {t} from './words.js';

const WIDTH = 600;
const HEIGHT = 140;
const names = 'http://www.w3.org/2000/svg';

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(names, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** A picture of the last minutes, passed below and refused above, and a table of the same behind it. */
export function chart() {
  const picture = h('div', {class: 'chart'});
  const rows = h('div');
  const node = h('div', null, picture,
    h('p', {class: 'legend'}, h('span', {class: 'tag good'}, t('passed')), ' ', h('span', {class: 'tag bad'}, t('refusedCount'))),
    h('details', null, h('summary', null, t('asTable')), rows));
  return {node, show: history => {
    fill(picture, draw(history));
    fill(rows, asTable(history));
  }};
}

function draw({points, stepSeconds}) {
  const most = Math.max(1, ...points.map(each => each.passed + each.refused));
  const width = WIDTH / points.length;
  const scale = HEIGHT / most;
  const image = svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT + 20}`, role: 'img', 'aria-label': t('chartLabel', perSecond(most, stepSeconds))});
  points.forEach((each, i) => {
    const x = (i * width).toFixed(1);
    const bar = (kind, value, from) => svg('rect', {class: kind, x, y: (HEIGHT - (from + value) * scale).toFixed(1),
      width: (width - 1).toFixed(1), height: (value * scale).toFixed(1)});
    if (each.reported) {
      image.append(bar('good', each.passed, 0), bar('bad', each.refused, each.passed));
    } else {
      image.append(svg('rect', {class: 'unknown', x, y: HEIGHT - 2, width: (width - 1).toFixed(1), height: 2}));
    }
  });
  image.append(svg('text', {x: 0, y: 12}, t('perSecond', perSecond(most, stepSeconds))),
    svg('text', {x: 0, y: HEIGHT + 16}, t('fiveMinutesAgo')),
    svg('text', {x: WIDTH, y: HEIGHT + 16, 'text-anchor': 'end'}, t('now')));
  return image;
}

function perSecond(count, stepSeconds) {
  return Math.round(10 * count / stepSeconds) / 10;
}

function asTable({points, stepSeconds, until}) {
  const end = new Date(until).getTime();
  return table([t('when'), t('passed'), t('refusedCount'), t('wouldRefuse'), t('failedCalls'), t('slowCalls'), t('waited')],
    points.map((each, i) => ({each, at: new Date(end - (points.length - i) * stepSeconds * 1000)}))
      .filter(({each}) => each.reported)
      .map(({each, at}) => [at.toLocaleTimeString(), each.passed, each.refused, each.shadowRefused, each.failed, each.slow,
        `${each.waitedMillis} ms`])
      .reverse(),
    t('nothingReported'));
}
