import {h, fill, time} from '../dom.js';
import {get, post} from '../api.js';
import {diff} from '../diff.js';
import {t} from '../words.js';

/** All changes. */
export function history(params, context) {
  const notice = h('div', {'aria-live': 'polite'});
  return {node: h('div', null, h('h1', null, t('history')), notice, changes({}, context, notice, () => {}))};
}

/**
 * The changes of a rule, or of all, the newest first. What became of taking one back is said in the
 * notice, which stays when the caller shows the rule anew.
 */
export function changes({kind, namespace, name}, context, notice, restored) {
  const list = h('div', null, h('p', {class: 'soft'}, t('loading')));
  const load = async before => {
    try {
      const page = await get('/changes', {kind, namespace, name, before, limit: 20});
      const nodes = page.changes.map(each => change(each, context, notice, () => {
        load();
        restored();
      }));
      const more = page.next ? h('button', {type: 'button', onclick: () => {
        more.remove();
        load(page.next);
      }}, t('older')) : null;
      if (before === undefined) {
        fill(list, nodes.length === 0 ? h('p', {class: 'empty'}, t('noHistory')) : nodes, more);
      } else {
        list.append(...nodes, ...(more ? [more] : []));
      }
    } catch (e) {
      fill(list, h('p', {class: 'error', role: 'alert'}, context.message(e)));
    }
  };
  load();
  return list;
}

function change(each, context, notice, done) {
  const undo = h('button', {type: 'button', onclick: async () => {
    if (!confirm(t('takeBackAsk'))) {
      return;
    }
    undo.disabled = true;
    try {
      await post('/restore', {change: each.id});
      fill(notice, h('p', {class: 'note', role: 'status'}, t('takenBack')));
      done();
    } catch (e) {
      fill(notice, h('p', {class: 'error', role: 'alert'}, context.message(e)));
      undo.disabled = false;
    }
  }}, t('takeBack'));
  return h('details', {class: 'panel'},
    h('summary', null, time(each.time), ` · ${each.author} · ${each.message}`),
    each.entries.map(entry => [h('p', null, `${entry.namespace}/${entry.name}`), diff(entry.diff)]),
    h('div', {class: 'row'}, undo, h('span', {class: 'soft'}, `${each.id}${each.origin ? ` · ${each.origin}` : ''}`)));
}
