import {h, field} from './dom.js';
import {diff} from './diff.js';
import {t} from './words.js';

/** Shows what a change would do; resolves to the message to save it with, or to null. */
export function review(run, action) {
  return new Promise(resolve => {
    const message = h('input', {name: 'message', maxlength: '1000', autofocus: true});
    const dialog = h('dialog', {'aria-label': t('effect'), onclose: () => {
      dialog.remove();
      resolve(dialog.returnValue === 'save' ? message.value : null);
    }},
    h('form', {method: 'dialog'},
      h('h2', null, t('effect')),
      run.rules.map(each => each.what === 'unchanged' ? h('p', {class: 'soft'}, t('unchanged'))
        : [h('p', null, h('span', {class: 'tag'}, t(each.what)), ` ${each.namespace}/${each.name}`), diff(each.diff)]),
      run.applications.map(effects),
      field(t('message'), message),
      h('div', {class: 'row'},
        h('button', {class: 'primary', value: 'save'}, action),
        h('button', {value: '', formnovalidate: true, type: 'button', onclick: () => dialog.close('')}, t('cancel')))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function effects(each) {
  return h('div', null,
    h('p', null, t('told', each.namespace, each.app, each.subscribers)),
    h('ul', null,
      differences('resourcesDiffer', each.resources),
      differences('routesDiffer', each.routers),
      each.traffic.map(one => h('li', {class: one.wouldRefuse ? 'error' : null},
        t(one.wouldRefuse ? 'wouldRefuseSome' : 'wouldRefuseNone', one.strategy, one.resource, one.limitPerSecond, one.peakPerSecond, one.instances))),
      each.newProblems.map(one => h('li', {class: 'error'}, t('newProblem', one.message))),
      each.goneProblems.map(one => h('li', {class: 'note'}, t('goneProblem', one.message)))));
}

function differences(key, {added, removed, changed}) {
  const all = [...added.map(name => `+ ${name}`), ...removed.map(name => `− ${name}`), ...changed.map(name => `~ ${name}`)];
  return all.length === 0 ? null : h('li', null, t(key, all.join(', ')));
}
