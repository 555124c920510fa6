/** The part of Swagger UI that the page uses (https://swagger.io/docs/open-source-tools/swagger-ui/). */

interface ImmutableMap {
  getIn(path: readonly string[]): ImmutableMap | undefined;
  toJS(): unknown;
}

export interface SwaggerUi {
  readonly specSelectors: { specJson(): ImmutableMap };
  readonly authSelectors: { authorized(): { getIn(path: readonly string[]): unknown } };
  readonly authActions: { logout(names: readonly string[]): void };
  /** Gives a scheme of the document its value, as the dialog does. */
  preauthorizeApiKey(scheme: string, value: string): void;
}

export type Component = (props: Record<string, unknown>) => unknown;

export interface React {
  createElement(
    type: string | Component,
    props: Readonly<Record<string, unknown>> | null,
    ...children: unknown[]
  ): unknown;
  useState<T>(initial: T): [T, (value: T) => void];
}
