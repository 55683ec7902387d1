import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Checks or rewrites every Java source of the project: {@code Format.java check|write DIR}. */
class Format {
  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    List<Path> wrong = new ArrayList<>();
    for (Path file : sources(Path.of(args[1]))) {
      String source = Files.readString(file);
      Formatter formatter = new Formatter();
      String formatted =
          formatter.formatSource(
              RemoveUnusedImports.removeUnusedImports(formatter.formatSourceAndFixImports(source)));
      if (!formatted.equals(source)) {
        wrong.add(file);
        if (write) {
          Files.writeString(file, formatted);
        }
      }
    }
    wrong.forEach(file -> System.err.println((write ? "formatted " : "not formatted: ") + file));
    if (!write && !wrong.isEmpty()) {
      System.err.println("Run: mvn validate -N -Dformat=write");
      System.exit(1);
    }
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).toString().matches("(.*[/\\\\])?target[/\\\\].*"))
          .sorted()
          .toList();
    }
  }
}
