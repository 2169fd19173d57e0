// What every F# example loads: the libraries, from where `dotnet fsi build.fsx build` put them.
// Outside of this repository write #r "nuget: Alignment" instead.
#I "../artifacts/bin/Alignment/release"
#r "Alignment.Dsl.dll"
#r "Alignment.Dsl.FSharp.dll"
#r "Alignment.Games.dll"
#r "Alignment.Solvers.dll"
#r "Alignment.Evaluation.dll"
#r "Alignment.Compiler.dll"
#r "Alignment.Formats.dll"
#r "Alignment.Runtime.dll"
#r "Alignment.Reports.dll"
#r "Alignment.CommandLine.dll"
#r "Alignment.dll"
