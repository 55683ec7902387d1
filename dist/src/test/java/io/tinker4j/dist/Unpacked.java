package io.tinker4j.dist;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Unpacks the archives of the build as a user would, with their times and permissions. */
final class Unpacked {
  private static final Path BUILD = Path.of(System.getProperty("dist.directory"));
  private static final String NAME = System.getProperty("dist.name");
  private static final int EXECUTABLE = 0100;

  private Unpacked() {}

  /** Unpacks the zip into a directory and returns the one in it. */
  static Path zip(Path directory) throws IOException {
    try (ZipFile zip = ZipFile.builder().setPath(BUILD.resolve(NAME + ".zip")).get()) {
      List<ZipArchiveEntry> entries = new ArrayList<>(Collections.list(zip.getEntries()));
      for (ZipArchiveEntry entry : entries) {
        Path file = directory.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
          continue;
        }
        try (InputStream content = zip.getInputStream(entry)) {
          write(content, file, entry.getUnixMode(), entry.getLastModifiedTime());
        }
      }
    }
    return directory.resolve(NAME);
  }

  /** Unpacks the archive with a runtime into a directory and returns the one in it. */
  static Path withRuntime(Path directory) throws IOException {
    String platform = System.getProperty("dist.platform");
    Path archive = BUILD.resolve(NAME + "-" + platform + ".tar.gz");
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new GzipCompressorInputStream(file))) {
      TarArchiveEntry entry;
      while ((entry = tar.getNextEntry()) != null) {
        Path target = directory.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
          Files.createDirectories(target.getParent());
          Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
          write(tar, target, entry.getMode(), entry.getLastModifiedTime());
        }
      }
    }
    return directory.resolve(NAME);
  }

  private static void write(InputStream content, Path file, int mode, FileTime time)
      throws IOException {
    Files.createDirectories(file.getParent());
    Files.copy(content, file);
    if ((mode & EXECUTABLE) != 0 && !file.toFile().setExecutable(true)) {
      throw new IOException(file + " cannot be made executable");
    }
    Files.setLastModifiedTime(file, time);
  }
}
