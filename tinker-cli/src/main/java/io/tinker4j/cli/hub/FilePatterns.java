package io.tinker4j.cli.hub;

import java.util.List;
import java.util.regex.Pattern;

/** Which files are uploaded, by patterns of shells, in which a star stands for slashes, too. */
public final class FilePatterns {
  private FilePatterns() {}

  /**
   * Returns the files that pass.
   *
   * @param allowed patterns of which one has to fit; none allow all but {@link
   *     AdapterFiles#COMPLETE}
   * @param ignored patterns of which none may fit
   */
  public static List<String> select(
      List<String> names, List<String> allowed, List<String> ignored) {
    return names.stream()
        .filter(name ->
            allowed.isEmpty()
                ? !name.equals(AdapterFiles.COMPLETE)
                : allowed.stream().anyMatch(each -> fits(each, name)))
        .filter(name -> ignored.stream().noneMatch(each -> fits(each, name)))
        .toList();
  }

  private static boolean fits(String pattern, String name) {
    String whole = pattern.endsWith("/") ? pattern + "*" : pattern;
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < whole.length(); i++) {
      char c = whole.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(name).matches();
  }
}
