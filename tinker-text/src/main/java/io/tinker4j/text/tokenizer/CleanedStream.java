package io.tinker4j.text.tokenizer;

/** Cleans up what another stream decodes. */
final class CleanedStream implements TextStream {
  private final TextStream source;
  private final StringBuilder uncleaned = new StringBuilder();

  CleanedStream(TextStream source) {
    this.source = source;
  }

  @Override
  public String add(int token) {
    uncleaned.append(source.add(token));
    return take(CleanUp.certain(uncleaned));
  }

  @Override
  public String finish() {
    uncleaned.append(source.finish());
    return take(uncleaned.length());
  }

  private String take(int length) {
    String cleaned = CleanUp.clean(uncleaned.substring(0, length));
    uncleaned.delete(0, length);
    return cleaned;
  }
}
