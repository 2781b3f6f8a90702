package in.vyomo.tenancy;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/** The two ways of a connection, and its end. */
public record Link(InputStream input, OutputStream output, Closeable end) {}
