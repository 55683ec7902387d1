package io.tinker4j.training.download;

import io.tinker4j.training.download.DownloadException.Reason;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Extracts a tar archive, plain or gzipped, into a new directory. Plain files and directories only;
 * anything else, a name that leads out of the directory or comes twice, or more than allowed is a
 * {@link DownloadException}. As nothing but what was extracted here is in the directory, no link
 * can lead out of it.
 */
final class ArchiveExtraction {
  private static final int BLOCK = 1 << 16;
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");

  private final TarReader tar;
  private final Path root;
  private long allowed;

  private ArchiveExtraction(TarReader tar, Path root, long allowed) {
    this.tar = tar;
    this.root = root;
    this.allowed = allowed;
  }

  /**
   * Extracts an archive.
   *
   * @param root a directory that is not there yet
   * @param allowed how many bytes may be extracted
   * @throws IOException when files cannot be read or written
   */
  static void extract(Path archive, Path root, long allowed) throws IOException {
    PrivateFiles.createDirectories(root);
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), BLOCK);
        InputStream content = unzipped(file)) {
      new ArchiveExtraction(new TarReader(content), root, allowed).extract();
    }
  }

  private static InputStream unzipped(InputStream file) throws IOException {
    file.mark(2);
    boolean zipped = file.read() == 0x1f && file.read() == 0x8b;
    file.reset();
    try {
      return zipped ? new GZIPInputStream(file, BLOCK) : file;
    } catch (ZipException e) {
      throw new DownloadException(Reason.MALFORMED, "the archive cannot be unpacked", e);
    }
  }

  private void extract() throws IOException {
    for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
      Path target = target(entry);
      try {
        switch (entry.kind()) {
          case DIRECTORY -> PrivateFiles.createDirectories(target);
          case FILE -> write(entry, target);
          case LINK, DEVICE, OTHER ->
              throw unsafe(entry, "is neither a plain file nor a directory");
        }
      } catch (FileAlreadyExistsException e) {
        throw unsafe(entry, "is there twice");
      }
    }
  }

  private void write(TarReader.Entry entry, Path target) throws IOException {
    allowed -= entry.size();
    if (allowed < 0) {
      throw new DownloadException(
          Reason.TOO_LARGE,
          "the archive has more to extract than is allowed, at '" + entry.name() + "'");
    }
    PrivateFiles.createDirectories(Objects.requireNonNull(target.getParent()));
    byte[] block = new byte[BLOCK];
    PrivateFiles.createFile(target);
    try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
      for (int count = tar.read(block); count >= 0; count = tar.read(block)) {
        out.write(block, 0, count);
      }
    }
  }

  /** A backslash and a drive lead elsewhere on some systems, so they are refused on all. */
  private Path target(TarReader.Entry entry) {
    String name = entry.name();
    if (name.isEmpty()
        || name.startsWith("/")
        || name.indexOf('\\') >= 0
        || DRIVE.matcher(name).matches()) {
      throw unsafe(entry, "is no relative path");
    }
    for (String segment : name.split("/", -1)) {
      if (segment.equals("..")) {
        throw unsafe(entry, "leads out of the directory");
      }
    }
    try {
      Path target = root.resolve(name).normalize();
      boolean inside = target.startsWith(root) && (!target.equals(root) || isDirectory(entry));
      if (inside) {
        return target;
      }
    } catch (InvalidPathException e) {
      throw unsafe(entry, "is no path here");
    }
    throw unsafe(entry, "leads out of the directory");
  }

  private static boolean isDirectory(TarReader.Entry entry) {
    return entry.kind() == TarReader.Kind.DIRECTORY;
  }

  private static DownloadException unsafe(TarReader.Entry entry, String why) {
    return new DownloadException(
        Reason.UNSAFE, "the archive's entry '%s' %s".formatted(entry.name(), why));
  }
}
