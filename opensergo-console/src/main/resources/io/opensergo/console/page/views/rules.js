import {h, fill, debounced} from '../dom.js';
import {get, query} from '../api.js';
import {poll} from '../poll.js';
import {t} from '../words.js';
import {shortKind} from './overview.js';

/** Rules by namespace, application and kind, and a search in their texts. */
export function rules(params, context) {
  const wanted = {namespace: params.namespace, app: params.app, q: params.q ?? ''};
  const search = h('input', {type: 'search', placeholder: t('search'), 'aria-label': t('search'), value: wanted.q});
  const content = h('div', {'aria-live': 'polite'}, h('p', {class: 'soft'}, t('loading')));
  let before = '';
  const load = async stopped => {
    const found = await get('/rules', {...wanted, limit: 10000});
    const now = JSON.stringify(found);
    if (!stopped() && now !== before) {
      before = now;
      fill(content, render(found));
    }
  };
  const failed = e => fill(content, h('p', {class: 'error', role: 'alert'}, context.message(e)));
  search.addEventListener('input', debounced(() => {
    wanted.q = search.value;
    load(() => false).catch(failed);
  }, 250));
  const filter = [wanted.namespace, wanted.app].filter(Boolean).join('/');
  return {
    node: h('div', null, h('h1', null, t('rules')),
      h('div', {class: 'row'}, search, h('a', {class: 'button primary', href: '#/rule'}, t('newRule'))),
      filter ? h('p', null, h('span', {class: 'tag'}, filter), ' ', h('a', {href: '#/rules', 'aria-label': t('cancel')}, '×')) : null,
      content),
    stop: poll(load, failed),
  };
}

function render({total, rules: found, readOnlyReason}) {
  if (total === 0) {
    return h('p', {class: 'empty'}, t('noRules'));
  }
  const tree = new Map();
  for (const rule of found) {
    const apps = child(tree, rule.namespace);
    const kinds = child(apps, rule.app);
    const list = kinds.get(rule.kind) ?? [];
    list.push(rule);
    kinds.set(rule.kind, list);
  }
  return [
    readOnlyReason ? h('p', {class: 'soft'}, t('readOnly', readOnlyReason)) : null,
    h('p', {class: 'soft'}, t('ruleTotal', total)),
    [...tree].map(([namespace, apps]) => branch(namespace, [...apps].map(([app, kinds]) =>
      branch(app || '—', [...kinds].map(([kind, list]) =>
        branch(`${shortKind(kind)} (${list.length})`, h('ul', {class: 'tree'}, list.map(leaf)))))))),
  ];
}

function child(map, key) {
  if (!map.has(key)) {
    map.set(key, new Map());
  }
  return map.get(key);
}

function branch(label, content) {
  return h('details', {open: true}, h('summary', null, label), h('div', {class: 'tree'}, content));
}

function leaf(rule) {
  const bad = rule.state !== 'in force';
  return h('li', null,
    h('a', {href: `#/rule${query({kind: rule.kind, namespace: rule.namespace, name: rule.name})}`}, rule.name), ' ',
    rule.shadow ? h('span', {class: 'tag'}, t('shadow')) : null, ' ',
    h('span', {class: bad ? 'tag bad' : 'tag good'}, t(rule.state)));
}
