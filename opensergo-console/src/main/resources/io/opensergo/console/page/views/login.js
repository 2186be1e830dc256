import {h, fill, field} from '../dom.js';
import {ask} from '../api.js';
import {t} from '../words.js';

/** Turns a token into a session. The token is kept nowhere on the page. */
export function login(done) {
  const token = h('input', {type: 'password', name: 'token', autocomplete: 'current-password', required: true, autofocus: true});
  const error = h('div', {role: 'alert'});
  const button = h('button', {class: 'primary', type: 'submit'}, t('login'));
  const form = h('form', {onsubmit: async event => {
    event.preventDefault();
    button.disabled = true;
    fill(error);
    try {
      await ask('POST', '/session', {token: token.value});
      token.value = '';
      done();
    } catch (e) {
      fill(error, h('p', {class: 'error'}, e.status === 401 ? t('loginWrong') : t('failed', e.message)));
      button.disabled = false;
      token.focus();
    }
  }}, field(t('token'), token), h('p', {class: 'soft'}, t('loginHint')), error, button);
  return h('div', {class: 'panel login'}, h('h1', null, t('login')), form);
}
