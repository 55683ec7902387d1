package io.tinker4j.verify;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The modules of the house as their descriptors say, found on the class path. */
final class Modules {
  private static final List<ModuleDescriptor> ALL = read();

  private Modules() {}

  private static List<ModuleDescriptor> read() {
    try {
      return Collections.list(Modules.class.getClassLoader().getResources("module-info.class"))
          .stream()
          .map(Modules::descriptor)
          .filter(each -> each.name().startsWith("io.tinker4j."))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModuleDescriptor descriptor(URL url) {
    try (InputStream in = url.openStream()) {
      return ModuleDescriptor.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(url.toString(), e);
    }
  }

  /** Returns the descriptors, one per published jar. */
  static List<ModuleDescriptor> all() {
    return ALL;
  }

  /** Returns the packages that every user of a module sees. */
  static Set<String> exportsOf(String module) {
    return ALL.stream()
        .filter(each -> each.name().equals(module))
        .flatMap(each -> each.exports().stream())
        .filter(each -> !each.isQualified())
        .map(Exports::source)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Matches types whose package is exported to everybody. */
  static DescribedPredicate<JavaClass> exported() {
    Set<String> packages =
        ALL.stream()
            .flatMap(each -> exportsOf(each.name()).stream())
            .collect(Collectors.toUnmodifiableSet());
    return DescribedPredicate.describe(
        "in an exported package", type -> packages.contains(type.getPackageName()));
  }
}
