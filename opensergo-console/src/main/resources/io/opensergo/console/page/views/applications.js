import {h, fill, table, time} from '../dom.js';
import {get, query} from '../api.js';
import {poll} from '../poll.js';
import {t} from '../words.js';

/** Applications that have reported what they serve. */
export function applications(params, context) {
  return polled(t('applications'), context, async () => {
    const {applications: all} = await get('/applications');
    return table([t('app'), t('instances'), t('services')],
      all.map(each => [h('a', {href: `#/application${query({app: each.app})}`}, each.app), each.instances, each.services.join(', ')]),
      t('noReports'));
  });
}

/** One of them, with its instances and contracts. */
export function application({app = ''}, context) {
  return polled(app, context, async () => {
    const found = await get('/application', {app});
    return [
      h('p', null, h('a', {href: `#/rules${query({app})}`}, t('rules')), ' · ', h('a', {href: `#/live${query({app})}`}, t('live'))),
      h('h2', null, t('instances')),
      table([t('host'), 'PID', t('address'), 'zone', 'tag', t('since'), t('reported')],
        found.instances.map(each => [each.hostName, each.pid, each.addresses.join(', '),
          [each.region, each.zone].filter(Boolean).join('/'), each.tag ?? '', time(each.startTime), time(each.reportedAt)]),
        t('noReports')),
      h('h2', null, t('services')),
      found.services.map(service => h('details', {class: 'panel'},
        h('summary', null, service.name, ' ', service.protocols.map(each => h('span', {class: 'tag'}, each))),
        table([t('methods'), '', ''],
          service.methods.map(each => [each.name, `${each.inputTypes.join(', ')} → ${each.outputTypes.join(', ')}`,
            each.httpPaths.map(path => `${each.httpMethods.join('|')} ${path}`).join(', ')]),
          ''))),
    ];
  });
}

function polled(title, context, load) {
  const content = h('div', null, h('p', {class: 'soft'}, t('loading')));
  let before = '';
  const stop = poll(async stopped => {
    const node = h('div', null, await load());
    // What is the same stays, so that what one has opened does not close.
    if (!stopped() && node.textContent !== before) {
      before = node.textContent;
      fill(content, node);
    }
  }, e => fill(content, h('p', {class: 'error', role: 'alert'}, context.message(e))));
  return {node: h('div', null, h('h1', null, title), content), stop};
}
