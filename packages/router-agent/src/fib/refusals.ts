/** Why a write was refused, by number: a million routes fail for a few reasons. 0 is "not refused". */
export class Refusals {
  readonly #texts: string[] = [''];
  readonly #byText = new Map<string, number>();

  /** The number of a reason, 1 to 255; what comes after 254 different ones is "other". */
  intern(text: string): number {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length > 254) return 255;
    this.#byText.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  text(number: number): string {
    return this.#texts[number] ?? 'refused for another reason';
  }
}
