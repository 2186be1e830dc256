import {h, fill, table, time} from '../dom.js';
import {get, query} from '../api.js';
import {poll} from '../poll.js';
import {t} from '../words.js';

/** What is in force, who follows it, and what needs attention. */
export function overview(params, context) {
  const content = h('div', null, h('p', {class: 'soft'}, t('loading')));
  let before = '';
  const stop = poll(async stopped => {
    const [status, {subscribers}] = await Promise.all([get('/overview'), get('/subscribers')]);
    const node = h('div', null, render(status, subscribers));
    // What is the same stays, and with it the focus.
    if (!stopped() && node.textContent !== before) {
      before = node.textContent;
      fill(content, node);
    }
  }, e => fill(content, h('p', {class: 'error', role: 'alert'}, context.message(e))));
  return {node: h('div', null, h('h1', null, t('overview')), content), stop};
}

function card(label, value) {
  return h('div', {class: 'card'}, h('b', null, value), label);
}

function render(status, subscribers) {
  return [
    status.readOnlyReason ? h('p', {class: 'soft'}, t('readOnly', status.readOnlyReason)) : null,
    h('div', {class: 'cards'},
      card(t('ruleCount'), status.rules),
      card(t('subscribers'), status.subscribers),
      card(t('instances'), status.instances),
      status.process ? card(t('connections'), status.process.openConnections) : null,
      card(t('revision'), status.revision)),
    h('h2', null, t('attention')),
    attention(status),
    h('h2', null, t('applications')),
    table([t('namespace'), t('app'), t('rules'), t('subscribers'), t('behind'), t('refusing'), ''],
      status.applications.map(each => [
        each.namespace,
        h('a', {href: `#/rules${query({namespace: each.namespace, app: each.app})}`}, each.app),
        each.rules, each.subscribers, count(each.behind), count(each.refusing),
        h('a', {href: `#/live${query({namespace: each.namespace, app: each.app})}`, 'aria-label': t('liveOf', each.app)}, t('live'))]),
      t('noApps')),
    h('h2', null, t('subscribers')),
    table([t('client'), t('address'), t('app'), t('kind'), t('version'), t('since')],
      subscribers.flatMap(each => each.subscriptions.map((one, i) => [
        i === 0 ? each.principal || each.identifier : '', i === 0 ? each.remoteAddress : '',
        `${one.namespace}/${one.app}`, shortKind(one.kind), versionOf(one), i === 0 ? time(each.connectedSince) : ''])),
      t('noSubscribers')),
  ];
}

function count(number) {
  return number === 0 ? '0' : h('span', {class: 'tag bad'}, number);
}

export function shortKind(kind) {
  return kind.slice(kind.lastIndexOf('/') + 1);
}

function versionOf(one) {
  return one.upToDate
    ? h('span', {class: 'tag good', title: one.ackedVersion}, t('upToDate'))
    : h('span', {class: 'tag bad'}, `${one.ackedVersion} / ${one.sentVersion}`);
}

function attention(status) {
  const problems = (status.problems ?? []).map(each =>
    `${each.source}${each.line ? `:${each.line}:${each.column ?? 1}` : ''}: ${each.path ? `${each.path} ` : ''}${each.message}`);
  const refusals = status.refusedPushes.map(each =>
    t('refusedBy', `${each.client} (${each.remoteAddress})`, each.version, `${each.namespace}/${each.app} ${shortKind(each.kind)}`, each.reason));
  const breakers = status.openBreakers.map(each =>
    t('breakerAttention', `${each.namespace}/${each.app}`, each.strategy, each.resource, each.open + each.halfOpen, each.instances));
  const unusable = status.unusable.map(each => t('unusable', `${each.namespace}/${each.app}`, each.message, each.instances));
  const all = [...breakers, ...problems, ...unusable, ...refusals];
  return all.length === 0
    ? h('p', {class: 'note'}, t('allWell'))
    : h('ul', {class: 'plain'}, all.map(each => h('li', {class: 'error'}, each)));
}
