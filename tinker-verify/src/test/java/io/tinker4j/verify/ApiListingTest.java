package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What users of the published modules can see, line by line in {@code docs/api}: a change of the
 * API is a change of these files. {@code -Dapi.write=true} rewrites them.
 */
class ApiListingTest {
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/io/tinker4j/testkit/shaded/"))
          .importPackages("io.tinker4j");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "types",
        "transport",
        "training",
        "recovery",
        "text",
        "recipes",
        "testkit",
        "conformance",
        "health",
        "mlflow"
      })
  void listing_isThatOfTheCode(String module) throws IOException {
    Path file = Path.of("../docs/api/tinker-" + module + ".txt");
    String listing = listing(Modules.exportsOf("io.tinker4j." + module));
    if (Boolean.getBoolean("api.write")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, listing);
    }

    assertThat(Files.readAllLines(file))
        .as(file + "; -Dapi.write=true rewrites it")
        .isEqualTo(listing.lines().toList());
  }

  private static String listing(Set<String> packages) {
    return HOUSE.stream()
        .filter(type -> packages.contains(type.getPackageName()))
        .filter(ApiListingTest::isVisible)
        .sorted(Comparator.comparing(JavaClass::getName))
        .map(ApiListingTest::lines)
        .collect(Collectors.joining());
  }

  /** Public, and so are those it is nested in. */
  private static boolean isVisible(JavaClass type) {
    return isOpen(type.getModifiers().contains(JavaModifier.PUBLIC), type)
        && !type.isAnonymousClass()
        && type.getEnclosingClass().map(ApiListingTest::isVisible).orElse(true);
  }

  private static boolean isOpen(boolean isPublic, JavaClass type) {
    return isPublic || type.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static String lines(JavaClass type) {
    String head = "%s %s\n".formatted(kind(type), type.getName().replace('$', '.'));
    return Stream.<JavaMember>concat(
            type.getFields().stream(),
            Stream.concat(type.getConstructors().stream(), type.getMethods().stream()))
        .filter(ApiListingTest::isVisible)
        .map(ApiListingTest::line)
        .sorted()
        .collect(Collectors.joining("", head, ""));
  }

  private static String kind(JavaClass type) {
    if (type.isAnnotation()) {
      return "annotation";
    }
    return type.isInterface()
        ? "interface"
        : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
  }

  private static boolean isVisible(JavaMember member) {
    return !member.getModifiers().contains(JavaModifier.SYNTHETIC)
        && !member.getModifiers().contains(JavaModifier.BRIDGE)
        && (member.getModifiers().contains(JavaModifier.PUBLIC)
            || member.getModifiers().contains(JavaModifier.PROTECTED));
  }

  private static String line(JavaMember member) {
    String isStatic = member.getModifiers().contains(JavaModifier.STATIC) ? "static " : "";
    return switch (member) {
      case JavaField field ->
          "  %s%s: %s\n".formatted(isStatic, field.getName(), name(field.getRawType()));
      case JavaConstructor constructor -> "  new(%s)\n".formatted(parameters(constructor));
      case JavaMethod method ->
          "  %s%s(%s): %s\n"
              .formatted(
                  isStatic, method.getName(), parameters(method), name(method.getRawReturnType()));
      default -> throw new IllegalStateException(member.getFullName());
    };
  }

  private static String parameters(JavaCodeUnit unit) {
    List<JavaClass> types = unit.getRawParameterTypes();
    return types.stream().map(ApiListingTest::name).collect(Collectors.joining(", "));
  }

  private static String name(JavaClass type) {
    return type.getName().startsWith("[")
        ? name(type.getComponentType()) + "[]"
        : type.getName().replaceFirst("^.*\\.", "").replace('$', '.');
  }
}
