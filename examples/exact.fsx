// What an F# example loads to solve exactly: alignment.fsx, and the solvers that need OR-Tools, which lies beside the tool.
// Outside of this repository write #r "nuget: Alignment" and #r "nuget: Alignment.Solvers.Exact" instead.
#load "alignment.fsx"
#I "../artifacts/bin/Alignment.Cli/release"
#r "Alignment.Solvers.Exact.dll"
