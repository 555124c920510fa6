/** Runs in the browser, on the page at /docs. */

import { type AnswerOnPage, LOGIN_SCHEME } from './credential-of-answer.js';
import type { Component, React } from './swagger-ui.js';

interface ChangeEvent {
  readonly target: { readonly value: string };
}

interface KeyEvent {
  readonly key: string;
  preventDefault(): void;
}

export interface LoginPanelOptions {
  /** What the page does with the answers to its requests. */
  readonly onAnswer: (answer: AnswerOnPage) => void;
  readonly isLoggedIn: () => boolean;
  readonly logOut: () => void;
}

/**
 * A plugin of Swagger UI: in the dialog "Authorize", the scheme of the login asks for e-mail and
 * password, and takes the credential from the answer. For a cookie there is no other way, because no
 * script may set it. A token can still be pasted.
 */
export function loginPanel(options: LoginPanelOptions) {
  return ({ React }: { React: React }) => {
    const Panel = createPanel(React, options);
    const replace =
      (Original: Component): Component =>
      (props) =>
        props.name === LOGIN_SCHEME
          ? React.createElement(Panel, { ...props, Original })
          : React.createElement(Original, props);
    return { wrapComponents: { apiKeyAuth: replace, HttpAuth: replace } };
  };
}

function createPanel({ createElement, useState }: React, options: LoginPanelOptions): Component {
  const { onAnswer, isLoggedIn, logOut } = options;

  return ({ Original, ...props }) => {
    const [email, setEmail] = useState('');
    const [password, setPassword] = useState('');
    const [message, setMessage] = useState('');

    const logIn = async () => {
      const answer = await postLogin(email, password);
      setMessage(answer.status === 200 ? '' : messageOf(answer));
      onAnswer(answer);
    };
    const field = (label: string, type: string, value: string, change: (value: string) => void) =>
      createElement(
        'div',
        { className: 'wrapper' },
        createElement('label', { htmlFor: `login-${type}` }, label),
        createElement('input', {
          id: `login-${type}`,
          type,
          value,
          autoComplete: type === 'password' ? 'current-password' : 'username',
          onChange: ({ target }: ChangeEvent) => change(target.value),
          // The form around it would take Enter for its own button.
          onKeyDown: (event: KeyEvent) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              void logIn();
            }
          },
        }),
      );
    const button = (label: string, onClick: () => void) =>
      createElement(
        'button',
        { type: 'button', className: 'btn modal-btn auth authorize button', onClick },
        label,
      );

    if (isLoggedIn()) {
      return createElement(
        'div',
        null,
        createElement('h4', null, 'Logged in'),
        createElement('div', { className: 'auth-btn-wrapper' }, button('Log out', logOut)),
      );
    }
    const schema = props.schema as { get(name: string): unknown };
    const pasted =
      schema.get('in') === 'cookie' ? null : createElement(Original as Component, props);
    return createElement(
      'div',
      null,
      createElement('h4', null, 'Log in'),
      field('E-mail', 'email', email, setEmail),
      field('Password', 'password', password, setPassword),
      createElement('p', { role: 'alert' }, message),
      createElement('div', { className: 'auth-btn-wrapper' }, button('Log in', logIn)),
      pasted,
    );
  };
}

async function postLogin(email: string, password: string): Promise<AnswerOnPage> {
  const response = await fetch('/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return { url: response.url, status: response.status, body: await response.json() };
}

function messageOf({ body }: AnswerOnPage): string {
  const { title, detail = '' } = body as { title: string; detail?: string };
  return `${title}. ${detail}`;
}
