import {h, fill, table, time, field} from '../dom.js';
import {get} from '../api.js';
import {chart} from '../chart.js';
import {poll} from '../poll.js';
import {t} from '../words.js';

/** What the instances of an application decide now, and have decided for five minutes. */
export function live({namespace = 'default', app = ''}, context) {
  const parts = {cards: h('div', {class: 'cards'}), resources: h('div', {'data-part': 'resources'}), instances: h('div'), error: h('div')};
  const picture = chart();
  const choice = h('select', {name: 'resource'}, h('option', {value: ''}, t('allResources')));
  let offered = '';
  const node = h('div', null,
    h('h1', null, `${namespace} / ${app}`),
    h('p', {class: 'soft'}, t('liveHint')),
    parts.error, parts.cards,
    h('h2', null, t('fiveMinutes')), field(t('resourceName'), choice), picture.node,
    h('h2', null, t('resources')), parts.resources,
    h('h2', null, t('instances')), parts.instances);
  const refresh = async stopped => {
    const {key, params} = chosen(choice.value);
    const [now, history] = await Promise.all([get('/decisions', {namespace, app}), get('/decision-history', {namespace, app, ...params})]);
    if (stopped()) {
      return;
    }
    fill(parts.error);
    fill(parts.cards, cards(now));
    fill(parts.resources, resources(now));
    fill(parts.instances, instances(now));
    if (choice.value === key) {
      picture.show(history);
    }
    const offers = now.resources.map(each => JSON.stringify([each.resource, each.direction]));
    if (offers.join() !== offered && document.activeElement !== choice) {
      offered = offers.join();
      fill(choice, h('option', {value: ''}, t('allResources')),
        now.resources.map((each, i) => h('option', {value: offers[i]}, nameOf(each))));
      choice.value = offers.includes(key) ? key : '';
    }
  };
  const failed = e => fill(parts.error, h('p', {class: 'error', role: 'alert'}, context.message(e)));
  choice.addEventListener('change', () => refresh(() => false).catch(failed));
  const stop = poll(refresh, failed);
  return {node, stop};
}

function chosen(key) {
  if (key === '') {
    return {key, params: {}};
  }
  const [resource, direction] = JSON.parse(key);
  return {key, params: {resource, direction}};
}

function nameOf(each) {
  return each.direction === 'outbound' ? `${each.resource} (${t('outbound')})` : each.resource;
}

function card(label, value) {
  return h('div', {class: 'card'}, h('b', null, value), label);
}

function rate(number) {
  return number.toLocaleString(undefined, {maximumFractionDigits: 1});
}

function sum(all, what) {
  return all.reduce((total, each) => total + each[what], 0);
}

function cards({resources: all, totalInstances, totalResources, resourcesLeftOut}) {
  const breakers = all.flatMap(each => each.strategies).filter(each => each.open > 0).length;
  return [
    card(t('instances'), totalInstances),
    card(t('passedPerSecond'), rate(sum(all, 'passedPerSecond'))),
    card(t('refusedPerSecond'), rate(sum(all, 'refusedPerSecond'))),
    card(t('waitingNow'), rate(sum(all, 'waiting'))),
    card(t('openBreakers'), breakers),
    totalResources > all.length || resourcesLeftOut > 0
      ? card(t('leftOut'), totalResources - all.length + resourcesLeftOut) : null,
  ];
}

function resources({resources: all, totalInstances}) {
  return table([t('resourceName'), t('passedPerSecond'), t('refusedPerSecond'), t('wouldRefuse'), t('waitingNow'), t('inFlight'), t('peak'), t('strategies')],
    all.map(each => [nameOf(each), rate(each.passedPerSecond), rate(each.refusedPerSecond), rate(each.shadowRefusedPerSecond),
      rate(each.waiting), each.inFlight, rate(each.peakPerSecond), each.strategies.map(one => strategy(one, each.instances))]),
    totalInstances === 0 ? t('nobodyReports') : t('nothingReported'));
}

function strategy(one, instances) {
  const state = one.breaker
    ? h('span', {class: one.open + one.halfOpen > 0 ? 'tag bad' : 'tag good'},
      one.open > 0 ? t('breakerOpen', one.open, instances) : one.halfOpen > 0 ? t('breakerHalfOpen', one.halfOpen, instances) : t('breakerClosed'))
    : null;
  return h('div', null, `${one.name} `, one.shadow ? h('span', {class: 'tag'}, t('shadow')) : null, ' ', state, ' ',
    one.refused > 0 ? h('span', {class: 'soft'}, t('refusedSoFar', one.refused)) : null);
}

function instances({instances: all}) {
  return table([t('host'), 'PID', t('library'), t('address'), t('version'), t('since'), t('problemsOf')],
    all.map(each => [each.hostName, each.pid, [each.sdkVersion, ...each.adapters].join(', '), each.principal || each.remoteAddress,
      h('span', {class: each.behind ? 'tag bad' : 'tag', title: each.versions.map(one => `${one.kind} ${one.version}`).join('\n')},
        each.versions.reduce((most, one) => (BigInt(one.version) > BigInt(most) ? one.version : most), '0'), each.behind ? ` ${t('behind')}` : ''),
      time(each.connectedSince), each.problems.map(one => h('div', {class: 'error'}, one.message))]),
    t('nobodyReports'));
}
