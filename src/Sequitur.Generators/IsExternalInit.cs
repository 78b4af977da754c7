namespace System.Runtime.CompilerServices;

// netstandard2.0 lacks this type, which the compiler wants for records.
internal static class IsExternalInit;
