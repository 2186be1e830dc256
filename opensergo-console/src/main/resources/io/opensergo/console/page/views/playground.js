import {h, fill, field} from '../dom.js';
import {get, post} from '../api.js';
import {t} from '../words.js';

/** A request typed in, and what guards and routers say to it. */
export function playground(params, context) {
  const input = (name, attributes) => h('input', {name, ...attributes});
  const area = (name, rows) => h('textarea', {name, rows, spellcheck: 'false'});
  const direction = h('select', {name: 'direction'}, ['inbound', 'outbound'].map(each => h('option', {value: each}, t(each))));
  const apps = h('datalist', {id: 'apps'});
  const result = h('div', {'aria-live': 'polite'});
  const form = h('form', {onsubmit: async event => {
    event.preventDefault();
    try {
      fill(result, render(await post('/explain', question(new FormData(form)))));
    } catch (e) {
      fill(result, h('p', {class: 'error', role: 'alert'}, context.message(e)),
        h('ul', {class: 'plain'}, (e.problem?.problems ?? []).map(each =>
          h('li', {class: 'error'}, `${each.line ?? ''}:${each.column ?? ''} ${each.path} ${each.message}`))));
    }
  }},
  h('div', {class: 'two'},
    h('div', null,
      field(t('namespace'), input('namespace', {value: 'default'})),
      field(t('app'), input('app', {required: true, list: 'apps'})), apps,
      h('h2', null, t('guard')),
      field(t('resource'), input('resource')),
      field(t('direction'), direction)),
    h('div', null,
      h('h2', null, t('route')),
      field(t('hostAsked'), input('host')),
      field(t('method'), input('method', {placeholder: 'GET'})),
      field(t('path'), input('path', {placeholder: '/'})),
      field(t('headers'), area('headers', 3)),
      field(t('queryText'), input('query')),
      field(t('labels'), area('labels', 2)))),
  h('details', null, h('summary', null, t('draft')), area('draft', 10)),
  h('div', {class: 'row'}, h('button', {class: 'primary'}, t('ask'))));
  get('/overview').then(({applications}) =>
    fill(apps, [...new Set(applications.map(each => each.app))].map(each => h('option', {value: each})))).catch(() => {});
  return {node: h('div', null, h('h1', null, t('playground')), form, result)};
}

function lines(text, separator) {
  return text.split('\n').map(line => line.trim()).filter(Boolean).map(line => {
    const at = line.indexOf(separator);
    return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

function question(data) {
  const value = name => data.get(name).trim() || undefined;
  const headers = Object.create(null);
  for (const [name, one] of lines(data.get('headers'), ':')) {
    (headers[name] ??= []).push(one);
  }
  const query = Object.fromEntries(new URLSearchParams(data.get('query')));
  const labels = Object.fromEntries(lines(data.get('labels'), '='));
  const request = {host: value('host'), method: value('method'), path: value('path'), headers, query};
  const asksRoute = ['host', 'method', 'path', 'headers', 'query'].some(value);
  return {
    namespace: value('namespace'), app: value('app'), resource: value('resource'), direction: data.get('direction'),
    draft: value('draft'), request: asksRoute || !value('resource') ? request : undefined,
    source: Object.keys(labels).length > 0 ? {labels} : undefined,
  };
}

function verdict(yes, text) {
  return h('p', {class: `verdict ${yes ? 'yes' : 'no'}`}, text);
}

function render({guard, route, problems}) {
  return [
    problems.map(each => h('p', {class: 'error'}, each.message)),
    guard ? [h('h2', null, t('guard')),
      guard.isProtected
        ? verdict(guard.admitted, (guard.admitted ? t('admitted') : t('refused', guard.rejectedBy))
          + (guard.waitMillis > 0 ? ` ${t('waits', guard.waitMillis)}` : ''))
        : h('p', {class: 'empty'}, t('unprotected')),
      h('ul', null, guard.checks.map(each => h('li', null, each.admits ? '✓ ' : '✗ ', `${each.kind} '${each.strategy}'`,
        each.shadow ? ` (${t('shadow')})` : '', `: ${each.reason}`))),
      h('p', {class: 'soft'}, t('fresh'))] : null,
    route ? [h('h2', null, t('route')), verdict(route.found, route.decision),
      h('ul', null, route.actions.map(each => h('li', null, each.applies ? '✓ ' : '✗ ', `${each.action}: ${each.reason}`))),
      route.routers.map(router)] : null,
  ];
}

function router(each) {
  return h('details', {open: each.tried},
    h('summary', null, `${each.router.namespace}/${each.router.name}${each.shadow ? ` (${t('shadow')})` : ''}: ${each.reason}`),
    h('ul', null, each.routes.map(route => h('li', null, route.matched ? '✓ ' : '✗ ', route.name ?? `#${route.index}`,
      h('ul', null, route.matches.flatMap(match => match.conditions.map(one =>
        h('li', null, one.held ? '✓ ' : '✗ ', `${one.subject}: ${one.expected}, ${one.found ?? '—'}`))))))));
}
