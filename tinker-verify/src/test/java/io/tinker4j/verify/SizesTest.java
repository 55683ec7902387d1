package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a reader can take in: no file of main code is long, and no method. */
class SizesTest {
  /** Lines of code, without imports, comments and blank ones. */
  private static final int FILE = 400;

  /** Lines of a method's body. */
  private static final int METHOD = 40;

  private final List<String> tooLong = new ArrayList<>();

  @Test
  void filesAndMethods_areShort() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        checkFile(unit);
        checkMethods(unit, positions);
      }
    }

    assertThat(tooLong).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> paths = Files.walk(Path.of(".."))) {
      List<Path> sources =
          paths
              .filter(path -> path.toString().contains("/src/main/java/"))
              .filter(path -> path.toString().endsWith(".java"))
              .filter(path -> !path.toString().contains("/target/"))
              .toList();
      assertThat(sources).hasSizeGreaterThan(400);
      return sources;
    }
  }

  private void checkFile(CompilationUnitTree unit) throws IOException {
    String text = unit.getSourceFile().getCharContent(true).toString();
    long lines =
        text.replaceAll("(?s)/\\*.*?\\*/", "")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .filter(line -> !line.startsWith("//") && !line.startsWith("import "))
            .count();
    if (lines > FILE) {
      tooLong.add("%s has %d lines of code".formatted(unit.getSourceFile().getName(), lines));
    }
  }

  private void checkMethods(CompilationUnitTree unit, SourcePositions positions) {
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
        Tree body = method.getBody();
        if (body != null) {
          long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, body));
          long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, body));
          if (last - first + 1 > METHOD) {
            tooLong.add(
                "%s.%s has %d lines"
                    .formatted(unit.getSourceFile().getName(), method.getName(), last - first + 1));
          }
        }
        return super.visitMethod(method, none);
      }
    }.scan(unit, null);
  }
}
