package io.tinker4j.text.json;

/** Text that is no JSON. The message is the one of Python's {@code json}, with line and column. */
public final class JsonSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong at which {@code char} of the text. */
  JsonSyntaxException(String problem, String text, int at) {
    super(describe(problem, text, at));
  }

  private static String describe(String problem, String text, int at) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    int column = text.codePointCount(lineStart, at) + 1;
    int place = text.codePointCount(0, at);
    return problem + ": line " + line + " column " + column + " (char " + place + ")";
  }
}
