import {h, fill, table, time} from '../dom.js';
import {get} from '../api.js';
import {poll} from '../poll.js';
import {t} from '../words.js';

/** Who did what, and what was refused. */
export function audit(params, context) {
  const content = h('div', null, h('p', {class: 'soft'}, t('loading')));
  const stop = poll(async stopped => {
    const {events} = await get('/audit', {limit: 500});
    if (!stopped()) {
      fill(content, table([t('when'), t('client'), t('address'), t('action'), t('outcome'), t('detail')],
        events.map(each => [time(each.time), each.client || '—', each.remoteAddress, each.action,
          h('span', {class: each.outcome === 'done' ? 'tag good' : 'tag bad'}, each.outcome === 'done' ? t('done') : each.outcome), each.detail]),
        t('noAudit')));
    }
  }, e => fill(content, h('p', {class: 'error', role: 'alert'}, context.message(e))));
  return {node: h('div', null, h('h1', null, t('audit')), content), stop};
}
